"""Rules for service: standards with their indicators, procedures, blueprints, journeys and audits.

- `standard`: a promise of service, in versions
- `indicator`: a goal for a measure, with reason and date
- `procedure`: steps of a service with roles and limits
- `procedure_run`: a procedure as it runs, step by step
- `blueprint`: visible and hidden steps of a service, in lanes
- `journey`: touchpoints from first contact to after-sales
- `audit`: an audit of quality, and its findings
- `flowchart`: named steps and their order
"""
