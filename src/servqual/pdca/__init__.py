"""What to change, and whether the change worked: cause, priority, plan, do, check, act, and verdicts on evidence."""
