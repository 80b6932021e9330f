// A campaign, and its progress until it comes to its end.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The contact list may be given as an argument.
import { setTimeout as sleep } from 'node:timers/promises'
import { CampaignStatus, NotFoundError, Zexa, ZexaError } from 'zexa'

const list = process.argv[2] ?? 'lst_demo'

async function main() {
  const zexa = new Zexa()
  let campaign = await zexa.campaigns.create({
    name: 'Two for one',
    channel: 'sms',
    contactListId: list,
    senderId: 'ZEXA',
    body: 'This week only: two for the price of one.',
  })
  const total = campaign.totalRecipients ?? 0
  console.log(`${campaign.id} to ${total} contacts`)

  // To know no more than how it ends, `await zexa.campaigns.wait(campaign.id)` is enough.
  let told = ''
  while (!CampaignStatus.isFinal(campaign.status)) {
    await sleep(500)
    campaign = await zexa.campaigns.get(campaign.id)
    const now = `${total - (campaign.stats?.pending ?? total)} of ${total}, ${campaign.status}`
    if (now !== told) console.log(now)
    told = now
  }
  console.log(`${campaign.stats?.delivered ?? 'an unknown number'} delivered`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(error instanceof NotFoundError ? `there is no list ${list}` : `${error}`)
  process.exitCode = 1
}
