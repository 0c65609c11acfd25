"""Who does the work: the team, its roles and duties, its time, its meetings and its appraisals.

- `team`: members with roles, skills and authority
- `roles`: roles, and what they may be permitted to do
- `raci`: who does a duty, answers for it, is asked and is told
- `division`: duties across departments
- `shifts`: who works when, and what nobody covers
- `assignment`: who owned what, and when
- `meeting`: notice, what was spoken of, and the follow-up
- `action_item`: what a meeting agreed to do, or a task without one
- `conflict`: the talk, the solution, and whether it held
- `appraisal`: a scheme, data, ratings, a talk, and the outcome
- `score`: ratings, objectives and indicators as points of 100
- `goals`: objectives joined with the larger goals that they serve
- `training_needs`: what an appraisal asks for next
- `training`: from a need to its effect, round by round
- `conduct`: observations against norms, rectification, and the outcome
"""
