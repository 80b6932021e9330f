"""Contacts: adding one, searching, reading a whole list and a page of it, and deleting.

It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL.
"""

import sys

import zexa

# The contact list, which exists: the API has no way to make one.
LIST = "lst_demo"


def add(client: zexa.Client, name: str, phone: str) -> zexa.Contact:
    """Adds a contact. One that has the number already will do."""
    try:
        return client.contacts.create(name=name, phone=phone, lists=[LIST])
    except zexa.ConflictError:
        return next(iter(client.contacts.list(search=phone)))


def main() -> None:
    with zexa.Client() as client:
        contact = add(client, "Ana Domingos", "+244923456789")
        print("added", contact.id)
        print("added twice, it is the same:", add(client, "Ana Domingos", "+244923456789").id == contact.id)

        # Nothing is fetched before the loop, which asks for further pages while it goes on.
        for person in client.contacts.list(list_id=LIST):
            print(f"  {person.name}, {person.phone}")

        page = client.contacts.list(list_id=LIST, per_page=4).page(1)
        print(f"the first page has {len(page)} of {page.total}")

        client.contacts.delete(contact.id)
        print("deleted", contact.id)


if __name__ == "__main__":
    try:
        main()
    except zexa.ZexaError as error:
        sys.exit(str(error))
