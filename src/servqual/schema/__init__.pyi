from servqual.schema.documents import dump as dump
from servqual.schema.documents import load as load
from servqual.schema.erasure import due_for_erasure as due_for_erasure
from servqual.schema.ledger import kinds as kinds
from servqual.schema.shapes import json_schema as json_schema
from servqual.schema.shapes import personal_fields as personal_fields
from servqual.schema.texts import dumps as dumps
from servqual.schema.texts import loads as loads
