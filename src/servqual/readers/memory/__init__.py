"""Data in memory into typed columns: arrays, lists, frames of other libraries, and objects of the model.

- `arrays`: a mapping of columns
- `values`: arrays and lists, one function per kind
- `frames`: frames of other libraries
- `series`: one column of such a frame
- `objects`: lists of the model's objects
- `object_columns`: the columns of each class
"""
