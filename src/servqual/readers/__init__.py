"""Exports and frames into typed columns; what cannot be read is refused with its row and its reason.

- `Export`: a file, a frame or columns, and its `Layout`; `Log` and `Wide` say what its rows and columns are
- `layout(name)`: the layout of a vendor's export, such as `servicenow`
- `columns_of`: a mapping of columns into a chunk
"""

from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.refusals import Refusal
from servqual.readers.files.export import Export
from servqual.readers.files.layouts import Layout, Log, Moment
from servqual.readers.files.vendors import LAYOUTS, layout
from servqual.readers.files.wide_rows import Wide
from servqual.readers.memory.arrays import columns_of

__all__ = ["LAYOUTS", "Chunk", "Column", "Export", "Layout", "Log", "Moment", "Refusal", "Wide", "columns_of", "layout"]
