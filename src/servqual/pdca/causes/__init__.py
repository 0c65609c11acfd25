"""What a problem comes from, what is known of it, and how much it matters.

- `links`, `evidence`: where something came from, and what supports it
- `cause`, `cause_tree`: five whys, and a tree of causes
- `priority`: urgent, important or minor; worth; cost of poor service
"""
