"""What is in memory into typed columns: arrays, lists, series of other libraries, and the model's objects.

- `arrays`: a mapping of columns
- `values`: arrays and lists, one function a kind
- `series`: one column of another library's frame
- `objects`: lists of the model's objects
- `object_columns`: what those say in the columns of their table
"""
