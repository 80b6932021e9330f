// A receiver of webhooks with Express: what Zexa posts to it is logged.
//
// PORT in the environment is where it listens. webhook-receiver.mjs says more, and does without Express.
import type { AddressInfo } from 'node:net'
import express from 'express'
import { parseEvent, ZexaError } from 'zexa'

const app = express()

// The body as it came. Where the application has express.json() for all its paths, this stands before it.
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
