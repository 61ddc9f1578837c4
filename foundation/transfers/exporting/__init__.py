"""Records into files: which ones, which columns, which form; streamed by the database itself.

`Export` says what; `csv_chunks` and `write_xlsx` make the file; `export_to` writes it and notes it in the audit.
"""
