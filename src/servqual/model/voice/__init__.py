"""Voice of the customer: surveys, and feedback without a survey.

- `survey`: a survey and its closed loop
- `question`: a question and the scale of its answers
- `answer`: answers, and invitations without an answer
- `quality_items`: perceived quality in five dimensions and 22 items
- `feedback`: what a customer told us without a survey
- `suggestion`: an idea, from its submission to its result
"""
