"""How service is to be: standards with their indicators, procedures, blueprints, journeys and audits.

- `standard`: what we promise, version by version
- `indicator`: what is to be reached, by which measure, why and by when
- `procedure`: the steps of a service, who does each and how fast
- `blueprint`: what the customer does, and what is done out of sight
- `journey`: the touchpoints from first contact to after-sales
- `audit`: a look at quality, and its findings
- `flowchart`: named steps, and which comes before which
"""
