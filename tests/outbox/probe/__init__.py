"""An app that brings the tests' handlers into a worker process."""
