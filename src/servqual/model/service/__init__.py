"""What happens between a customer and us: contacts, cases, complaints and promises.

- `case`: a customer's problem, from its first sign to its verified end
- `complaint`: listen, analyse, resolve, follow up
- `interaction`: one contact on one channel
- `handled`: common part of cases and complaints
- `commitment`: a promise to one customer, and whether we kept it
- `issues`: cases and complaints that are one problem for the customer
- `journal`: the history of one customer
- `customer`: name, needs, and stage of the customer lifecycle
"""
