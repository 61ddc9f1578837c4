"""An import as people meet it: a run from upload to undo, its jobs, its preview, its report."""
