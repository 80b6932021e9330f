"""Add a contact, search, read a whole list and one page, and delete the contact.

Set ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox.
"""

import sys

import zexa

# An existing contact list: the API cannot create one.
LIST = "lst_demo"


def add(client: zexa.Client, name: str, phone: str) -> zexa.Contact:
    """Add a contact, or return the existing contact with this number."""
    try:
        return client.contacts.create(name=name, phone=phone, lists=[LIST])
    except zexa.ConflictError:
        return next(iter(client.contacts.list(search=phone)))


def main() -> None:
    with zexa.Client() as client:
        contact = add(client, "Ana Domingos", "+244923456789")
        print("added", contact.id)
        print("adding it again returns the same:", add(client, "Ana Domingos", "+244923456789").id == contact.id)

        # Pages are fetched during the loop.
        for person in client.contacts.list(list_id=LIST):
            print(f"  {person.name}, {person.phone}")

        page = client.contacts.list(list_id=LIST, per_page=4).page(1)
        print(f"the first page contains {len(page)} of {page.total}")

        client.contacts.delete(contact.id)
        print("deleted", contact.id)


if __name__ == "__main__":
    try:
        main()
    except zexa.ZexaError as error:
        sys.exit(str(error))
