// Same as `stacks.mjs`, in CommonJS.
'use strict'
const process = require('node:process')
const { Zexa } = require('zexa')

const { url, api_key } = JSON.parse(process.env.ZEXA_TEST_SERVER)
const zexa = new Zexa({ baseUrl: url, apiKey: api_key })
async function greet() {
  await null
  return await zexa.messages.get('msg_nowhere')
}

greet().catch((error) => console.log(JSON.stringify(error.stack)))
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbInNlbmQtZ3JlZXRpbmcudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBb0dBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0E7QUFDQTtBQUNBO0FBQ0EifQ==
