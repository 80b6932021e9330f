'use strict'
const { Messages } = require('./messages.js')
const { Contacts } = require('./contacts.js')
module.exports = { messages: Messages, contacts: Contacts }
