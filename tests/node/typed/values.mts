// The types of models, enums and errors. The compiler reads this file; it is never run.
import {
  APIConnectionError,
  APIError,
  APITimeoutError,
  type AttemptFields,
  type Campaign,
  type CampaignStats,
  CampaignStatus,
  type CancelledError,
  Channel,
  ConfigError,
  type Contact,
  type ErrorJSON,
  EventName,
  type Kind,
  type Logger,
  type Message,
  MessageStatus,
  type Outcome,
  RateLimitError,
  SenderIdStatus,
  type SendMessageParams,
  type WarningFields,
  type WebhookEvent,
  ZexaError,
} from 'zexa'
import { is } from './equal.mjs'

export function messages(message: Message) {
  is<string>()(message.id)
  is<Date | undefined>()(message.createdAt)
  is<Date | undefined>()(message.deliveredAt)
  is<string | undefined>()(message.body)
  is<MessageStatus>()(message.status)
  is<Record<string, unknown>>()(message.extra)
  is<unknown>()(message.extra.of_tomorrow)
  // Plain objects: they can be made in tests, copied, and changed.
  const made: Message = { ...message, status: 'of tomorrow', channel: 'pigeon' }
  made.status = MessageStatus.Sent
}

export function campaigns({ stats, totalRecipients }: Campaign) {
  is<CampaignStats | undefined>()(stats)
  is<number | undefined>()(totalRecipients)
  is<number | undefined>()(stats?.pending)
}

export function contacts(contact: Contact) {
  is<string | undefined>()(contact.phone)
  is<string[]>()(contact.lists)
  is<string | undefined>()(contact.email)
}

export function events({ event, message, campaign, createdAt, data }: WebhookEvent) {
  is<Message | undefined>()(message)
  is<Campaign | undefined>()(campaign)
  is<Date | undefined>()(createdAt)
  is<unknown>()(data)
  is<EventName | undefined>()(event)
}

export function names(status: MessageStatus, channel: Channel) {
  is<'delivered'>()(MessageStatus.Delivered)
  is<'completed'>()(CampaignStatus.Completed)
  is<'approved'>()(SenderIdStatus.Approved)
  is<'*'>()(EventName.All)
  is<'whatsapp'>()(Channel.Whatsapp)
  is<boolean>()(MessageStatus.isFinal(status))
  is<boolean>()(CampaignStatus.isFinal('of tomorrow'))
  // The API may add to them.
  const novel: MessageStatus = 'of tomorrow'
  const text: string = channel
  const known: Channel = 'sms'
  return [novel, text, known]
}

export function names_in_a_switch(status: MessageStatus): number {
  switch (status) {
    case 'queued':
    case MessageStatus.Sent:
      return 0
    case 'delivered':
      return 1
    default:
      return 2
  }
}

export function errors(error: unknown) {
  if (error instanceof RateLimitError) {
    is<'rate_limited'>()(error.kind)
    is<number | undefined>()(error.retryAfter)
  } else if (error instanceof APITimeoutError) {
    is<'timeout'>()(error.kind)
  } else if (error instanceof APIConnectionError) {
    is<'connect' | 'timeout'>()(error.kind)
    is<unknown>()(error.cause)
  } else if (error instanceof ConfigError) {
    is<'config'>()(error.kind)
  } else if (error instanceof APIError) {
    is<Exclude<Kind, 'config'>>()(error.kind)
  } else if (error instanceof ZexaError) {
    is<Kind>()(error.kind)
    is<Outcome>()(error.outcome)
    is<boolean>()(error.safeToRetry)
    is<number>()(error.attempts)
    is<number | undefined>()(error.status)
    is<string | undefined>()(error.code)
    is<string | undefined>()(error.requestId)
    is<string>()(error.message)
    is<string | undefined>()(error.stack)
    is<unknown>()(error.details)
  }
}

/** All kinds. A new kind must be added here. */
export function outcomes(outcome: Outcome): string {
  switch (outcome) {
    case 'not_sent':
    case 'rejected':
      return 'not sent'
    case 'unknown':
      return 'it may have been sent'
    case 'accepted':
      return 'sent'
  }
}

export function kinds(error: RateLimitError | ConfigError) {
  if (error.kind === 'config') is<ConfigError>()(error)
  else is<RateLimitError>()(error)
}

export function cancelled(error: CancelledError) {
  is<Outcome>()(error.outcome)
  is<string>()(error.name)
  is<unknown>()(error.cause)
}

export function transferred(error: ZexaError) {
  const json = error.toJSON()
  is<ErrorJSON>()(json)
  is<ZexaError>()(ZexaError.fromJSON({ ...json, details: error.details, stack: error.stack }))
}

/** As tests make them. */
export function madeErrors() {
  const made = new RateLimitError('slow down', { outcome: 'rejected', status: 429, retryAfter: 1000 })
  const base: ZexaError = made
  return base
}

export const logger: Logger = {
  debug(message, fields) {
    is<string>()(message)
    is<AttemptFields>()(fields)
    is<number>()(fields.elapsed)
    is<number | undefined>()(fields.status)
    is<Kind | undefined>()(fields.kind)
  },
  info() {},
  warn(message, fields) {
    is<string>()(message)
    is<WarningFields>()(fields)
    is<string>()(fields.route)
  },
}

/** What is built up piece by piece. */
export function parameters(html?: string) {
  const params: SendMessageParams = { channel: Channel.Email, to: 'ana@shop.example', from: 'hello@zexa.example' }
  params.subject = 'Hello'
  params.html = html
  return params
}
