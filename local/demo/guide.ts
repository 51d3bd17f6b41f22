import { tokenOf } from '../tokens.ts'

/** What to try next, each line ready for a shell. Every line of it works while `npm start` runs, in this order. */
export function guide(pnsUrl: string, config: string): { says: string; line: string }[] {
  const dead = tokenOf({ kind: 'fcm', fate: 'unregistered', phone: 'carol' })
  const curl = (rest: string, path: string) => `curl -sS ${rest}'${pnsUrl}${path}'`
  return [
    {
      says: 'Register a phone whose app is gone',
      line: curl(`-d extension=1003 -d platform=android -d token=${dead} `, '/register'),
    },
    { says: 'Ring both phones again', line: curl('', '/push_call?to=1001&from=%2B442079460000&callId=try-1') },
    { says: 'The same call again: nobody rings twice', line: curl('', '/push_call?to=1001&from=%2B442079460000&callId=try-1') },
    { says: 'Stop the ringing', line: curl('', '/cancel_call?callId=try-1&reason=answered_elsewhere') },
    { says: 'See what became of it', line: curl('', '/calls/try-1') },
    {
      says: "Ring as a dialplan's CURL() does, for the bare number of devices",
      line: curl("-H 'Accept: text/plain' ", '/push_call?to=1001&from=1002&callId=try-2'),
    },
    { says: 'Send a message', line: curl("-d to=1001 -d from=1002 -d 'text=Call me back' ", '/push_message') },
    {
      says: 'Ring the phone whose app is gone: SNS takes the push, and Google then finds out',
      line: curl('', '/push_call?to=1003&from=1001&callId=try-3'),
    },
    { says: 'Ring it again: it is gone, and removed', line: curl('', '/push_call?to=1003&from=1001&callId=try-4') },
    { says: 'Every device, and whether the relay knows it', line: curl('', '/devices') },
    { says: 'How the PNS does', line: curl('', '/health') },
    { says: 'What is wrong, where something is', line: `npm run wakecall -- doctor --config ${config}` },
    { says: 'The same for Prometheus', line: curl('', '/metrics') },
  ]
}
