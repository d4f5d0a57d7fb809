// A real issuer of OpenID Connect on this machine. `node issuer.mjs '{"redirect": "http://…", "users": {…}}'` prints its
// address; each further line on standard input is a JSON object of settings to replace, answered by a line.
// Settings: redirect, users (claims by name), userinfo (claims are told there alone), key (any other value: a new key).
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import Provider from 'oidc-provider'

const settings = { redirect: '', users: {}, userinfo: false, key: 1, client: 'bittern', secret: 'reeds & water?', ...JSON.parse(process.argv[2]) }
let address, provider, answer

function start() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: `key-${settings.key}`, alg: 'RS256', use: 'sig' }
  provider = new Provider(address, {
    clients: [{
      client_id: settings.client, client_secret: settings.secret, redirect_uris: [settings.redirect],
      grant_types: ['authorization_code'], response_types: ['code'],
    }],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    conformIdTokenClaims: settings.userinfo,
    cookies: { keys: ['kept by this process alone'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `subject of ${id}`.replaceAll(' ', '-'), preferred_username: id, ...settings.users[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [key] },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  })
  answer = provider.callback()
}

async function interaction(request, response) {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><title>Issuer</title><form method="post">
      <label>Name <input name="login" autofocus></label><button name="do" value="in">Sign in</button><button name="do" value="no">Cancel</button></form>`)
    return
  }
  let sent = ''
  for await (const part of request) sent += part
  const form = new URLSearchParams(sent)
  if (form.get('do') === 'no' || !(form.get('login') in settings.users)) {
    await provider.interactionFinished(request, response, { error: 'access_denied' })
    return
  }
  const grant = new provider.Grant({ accountId: form.get('login'), clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  const result = { login: { accountId: form.get('login'), remember: false }, consent: { grantId: await grant.save() } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

const server = createServer((request, response) => {
  const answered = request.url.startsWith('/interaction/') ? interaction(request, response) : answer(request, response)
  Promise.resolve(answered).catch((error) => response.writeHead(500).end(String(error)))
})
server.listen(0, '127.0.0.1', () => {
  address = `http://127.0.0.1:${server.address().port}`
  start()
  console.log(address)
})
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const given = JSON.parse(line)
  Object.assign(settings, given)
  if ('key' in given || 'userinfo' in given || 'redirect' in given) start()
  console.log('done')
})
lines.on('close', () => process.exit(0))
