"""What happens between a customer and us: contacts, cases, complaints and promises.

- `case`: a customer's problem, from its first sign to its verified end
- `complaint`: listen, analyse, resolve, follow up
- `case_events`, `case_table`, `case_imports`: its events, its legal steps, and cases of an export
- `categories`: the table of problem categories, and the record form of a service event
- `complaint_events`, `complaint_imports`: the same for complaints
- `incident`: an emergency, from the plan that was started to the review
- `interaction`: one contact on one channel
- `contacts`: the contacts of a case, the case that a contact opens, and the rating of one
- `scorecard`: criteria of a good contact, and evaluations by them
- `told_once`: what is told of a case and of the complaint about it
- `handled`: common part of cases and complaints
- `opening`: the facts with which both begin the short way
- `imports`: moments of an export as events
- `customer_view`: what the customer may see
- `commitment`: a promise to one customer, and whether we kept it
- `issues`: cases and complaints that are one problem for the customer
- `knowledge`: articles of the knowledge base, their reviews and uses
- `journal`: the history of one customer
- `customer`: name, needs, and stage of the customer lifecycle
- `relationship`: the stages of one customer with their moments
- `segments`: what is done for each segment of customers
"""
