"""What is in an export, with the grounds for each finding; nothing is guessed between two.

- `looking`: a look into a file
- `kinds`: what the cells of a column hold
- `dates`: forms of dates, and what proves them
- `zones`: hints on the zone of moments
- `headings`: headings in a normal form
- `words`: how exports call our columns, in five languages
- `matching`: which columns could be which of ours
- `order`: the order of moments in the rows
- `choosing`: one column for each of ours, or a question
- `writing`: settings for a report
"""

from servqual.readers.inspecting.choosing import Choice, Chosen, Question, Step
from servqual.readers.inspecting.looking import Look, look
from servqual.readers.inspecting.matching import CouldBe, SeenColumn
from servqual.readers.inspecting.writing import settings_of, ways

__all__ = ["Choice", "Chosen", "CouldBe", "Look", "Question", "SeenColumn", "Step", "look", "settings_of", "ways"]
