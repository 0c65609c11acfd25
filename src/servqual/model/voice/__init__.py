"""What customers say: asked in surveys, and without being asked.

- `survey`: a survey and its closed loop
- `question`: what is asked, and the scale of its answers
- `answer`: what customers answered, and who did not
- `quality_items`: perceived quality in five dimensions and 22 items
- `feedback`: what a customer told us without being asked
- `suggestion`: an idea, from its submission to what became of it
"""
