import { systemClock as clock } from '../../core/clock.ts'
import { applications } from '../aws/applications.ts'
import { secrets } from '../aws/secrets.ts'
import { createLog } from '../kit/log.ts'
import { createOnEvent } from './on-event.ts'

export const handler = createOnEvent({ applications, secrets, clock }, createLog('applications'))
