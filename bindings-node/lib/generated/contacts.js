'use strict'
const { json, whole, text } = require('../arguments.js')

const LIST_CONTACTS = {
  listId: text('list_id'),
  perPage: whole('per_page'),
}

const reviveContact = (c) => c

class Contacts {
  #connection

  constructor(connection) {
    this.#connection = connection
  }

  list(params, options) {
    return this.#connection.list(Contacts.prototype.list, options, reviveContact, (native, options, token) =>
      native.contactsList(json(LIST_CONTACTS, params, 'parameters of contacts.list'), options, token),
    )
  }
}

module.exports = { Contacts }
