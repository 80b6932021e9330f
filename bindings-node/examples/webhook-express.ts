// Receives webhooks with Express, and logs the events.
//
// Environment: PORT, default 8080. webhook-receiver.mjs does the same without Express, and ignores repeated events.
import type { AddressInfo } from 'node:net'
import express from 'express'
import { parseEvent, ZexaError } from 'zexa'

const app = express()

// Needs the unparsed body. If the application uses express.json() for all paths, register this handler before it.
app.post('/zexa', express.raw({ type: '*/*', limit: '1mb' }), (request, response) => {
  try {
    const { event, message } = parseEvent(request.body)
    console.log(message ? `${event}: message ${message.id} is ${message.status}` : event)
    response.sendStatus(204)
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    response.sendStatus(400)
  }
})

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}/zexa`)
})
