"""Exports and frames into typed columns; what cannot be read is refused with its row and its reason.

- `Export`: a CSV, Excel or Parquet file and its `Layout`
- `layout(name)`: the layout of a vendor's export, such as `servicenow`
- `columns_of`: a mapping of columns into a batch
"""

from servqual.readers.arrays import columns_of
from servqual.readers.columns import Batch, Column
from servqual.readers.export import Export
from servqual.readers.layout import Layout, Log, Moment
from servqual.readers.refusals import Refusal
from servqual.readers.vendors import LAYOUTS, layout

__all__ = ["LAYOUTS", "Batch", "Column", "Export", "Layout", "Log", "Moment", "Refusal", "columns_of", "layout"]
