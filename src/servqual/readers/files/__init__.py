"""Files into typed columns: how they are opened, how they are laid out, and what their rows mean.

- `access`: opening of a path that may be no file
- `opening`: a file as chunks of cells, of the kind that its first bytes name
- `packing`: gzip and zip
- `charsets`: the encoding of a text
- `choosing`: one of several tables of a file
- `table_start`: title lines and headings
- `table_rows`: rows below them into chunks, without totals and remarks
- `csv_rows`, `json_rows`, `html_tables`, `spreadsheet_xml`, `xes`: rows of a kind of text
- `xml_pieces`: XML as it streams
- `workbook`: the rows of an Excel file, read in a process of its own
- `sheet_rows`: that process
- `export`: an export as chunks of typed columns
- `layouts`: which columns mean what, zones, dates and words for missing
- `parquet_cells`: columns of Parquet as the layout reads them
- `settings`: settings of a configuration file
- `vendors`: layouts of common service desks
- `case_rows`: several rows per case, contact or complaint into one
- `constants`: columns that are the same in every row
- `paths`: a path, a folder or a glob into chunks
"""
