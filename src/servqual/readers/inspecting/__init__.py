"""What is in an export, with the grounds for each finding; nothing is guessed between two.

- `looking`: a look into a file
- `kinds`: what the cells of a column hold
- `dates`: forms of dates, and what proves them
- `zones`: hints on the zone of moments
- `headings`: headings in a normal form
- `words`, `table_words`: how exports call our columns, of cases and of other tables, in five languages
- `ours`: the tables that an export may hold
- `grounds`: which of them it holds
- `lengths`: units that columns of times prove
- `matching`: which columns could be which of ours
- `events`: which events of ours the steps of a log are
- `wide`: tables with a column per question or team
- `order`: the order of moments in the rows
- `picking`: one column for one of ours
- `choosing`: one column for each of ours, or a question
- `writing`: settings for a report
"""

from servqual.readers.inspecting.choosing import Chosen, Step
from servqual.readers.inspecting.events import told_by
from servqual.readers.inspecting.looking import Look, look
from servqual.readers.inspecting.matching import CouldBe, SeenColumn
from servqual.readers.inspecting.picking import Choice, Question
from servqual.readers.inspecting.writing import quoted_list, settings_of, ways

__all__ = [
    "Choice",
    "Chosen",
    "CouldBe",
    "Look",
    "Question",
    "SeenColumn",
    "Step",
    "look",
    "quoted_list",
    "settings_of",
    "told_by",
    "ways",
]
