"""Before and after: may the sides be compared, what changed, how sure is that, and by which rule.

- `guardrail`, `selection`, `asked`: what is asked
- `sources`, `wall`, `ages`: what is read, by which clock, and what of it moves with time
- `methods`, `mix`: the formula for each kind of number
- `caveats`, `comparability`, `group_comparability`, `group_caveats`: what the reader must know
- `rules`, `guarding`, `steps_down`, `deciding`, `judging`: the decision
- `verdict`: what a comparison says
- `receipt_form`, `receipts`, `reproducing`: a verdict that anybody can make again
"""
