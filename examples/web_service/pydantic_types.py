"""Objects of the library as fields of pydantic models: read, written and described by their stored form."""

from typing import Annotated, Any

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from servqual import schema
from servqual.errors import ServqualError
from servqual.model import Case


def stored(kind: type, name: str) -> GetPydanticSchema:
    """Let pydantic read, write and describe a public type by its stored form."""
    # the envelope alone, for pydantic resolves no definitions but its own; schema.json_schema(name) has them all
    parts = {"kind": {"const": name}, "version": {"type": "integer"}, "data": {"type": "object"}}
    document = {"type": "object", "title": f"Stored {name}", "properties": parts, "required": [*parts]}

    def read(value: Any) -> Any:
        try:
            found = value if isinstance(value, kind) else schema.load(value)
        except ServqualError as error:
            raise ValueError(str(error)) from error
        if type(found) is not kind:
            raise ValueError(f"document must be a stored {name} (got a stored {value['kind']})")
        return found

    def describe(_source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(schema.dump),
            metadata={"pydantic_js_functions": [lambda _schema, _handler: document]},
        )

    return GetPydanticSchema(describe)


StoredCase = Annotated[Case, stored(Case, "case")]
