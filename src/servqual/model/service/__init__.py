"""What happens between a customer and us: contacts, cases, complaints and promises.

- `case`: a customer's problem, from its first sign to its verified end
- `complaint`: listen, analyse, resolve, follow up
- `interaction`: one contact on one channel
- `commitment`: what we promised one customer until when
- `issues`: cases and complaints that are one to the customer
- `journal`: one customer's history
- `customer`: who they are, and where they stand with us
"""
