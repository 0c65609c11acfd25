"""Files into typed columns: how they are opened, how they are laid out, and what their rows mean.

- `opening`: CSV, Excel and Parquet as rows of text
- `export`: an export as chunks of typed columns
- `layout`: which columns mean what, zones, dates and words for missing
- `settings`: settings of a configuration file
- `vendors`: layouts of common service desks
- `case_rows`: many rows a case into one
- `frames`: frames of other libraries, and files of columns
"""
