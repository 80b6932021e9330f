'use strict'
const { json, object, text, time } = require('../arguments.js')

const SEND_MESSAGE = {
  channel: text('channel'),
  to: text('to'),
  from: text('from'),
  body: text('body'),
  template: object('template'),
  scheduledAt: time('scheduled_at'),
}

function reviveMessage(message) {
  message.createdAt = new Date(message.createdAt)
  if (message.scheduledAt !== undefined) message.scheduledAt = new Date(message.scheduledAt)
  return message
}

class Messages {
  #connection

  constructor(connection) {
    this.#connection = connection
  }

  send(params, options) {
    return this.#connection.call(Messages.prototype.send, options, reviveMessage, (native, number, options, token) =>
      native.messagesSend(number, json(SEND_MESSAGE, params, 'parameters of messages.send'), options, token),
    )
  }
}

module.exports = { Messages, reviveMessage }
