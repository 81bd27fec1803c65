import { z } from 'zod';
import { path } from './fields.ts';

/** Where a broker is, as its URL says; undefined where it says something else. */
export interface BrokerUrl {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** Registered with IANA: secure-mqtt and mqtt. */
const ports = { 'mqtts:': 8883, 'mqtt:': 1883 } as const;

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Reads `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`; the host may be a name, an IPv4 address or `[IPv6]`. */
export const parseBrokerUrl = (text: string): BrokerUrl | undefined => {
  const url = parsed(text);
  if (!url || (url.protocol !== 'mqtt:' && url.protocol !== 'mqtts:')) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = url;
  const more = username || password || search || hash || (pathname !== '' && pathname !== '/');
  if (more || !/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]{1,253})$/.test(hostname) || port === '0')
    return undefined;
  return {
    secure: protocol === 'mqtts:',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? ports[protocol] : Number(port),
  };
};

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
  .meta({ expects: 'the name of an environment variable' });

/** What is behind the colon of a user could be a password, so messages repeat nothing of an URL. */
const url = z
  .string()
  .max(300)
  .refine((text) => parseBrokerUrl(text) !== undefined, {
    message: 'must be mqtts://HOST[:PORT] or mqtt://HOST[:PORT], without a user, a password or a path',
  })
  .meta({ expects: 'an URL such as mqtts://broker.example:8883' });

/** Bounded, so that with the longest names a topic stays far below the 65,535 bytes of MQTT. */
const topicPrefix = z
  .string()
  .regex(/^[^+#/$\p{Cc}\p{Cs}][^+#/\p{Cc}\p{Cs}]{0,63}(\/[^+#/\p{Cc}\p{Cs}]{1,64}){0,7}$/u)
  .meta({ expects: 'one to eight levels of a topic without + and #, such as noroshi or site/a/noroshi' });

const clientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .meta({ expects: '1 to 200 visible ASCII characters' });

/** The section `mqtt`; its files are read by {@link readMqtt}. */
export const mqttSchema = z
  .strictObject({
    url: url.describe('The broker (MQTT 5): `mqtts://HOST[:8883]` with TLS, `mqtt://HOST[:1883]` without.'),
    user: z
      .string()
      .regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u)
      .meta({ expects: 'a user name of 1 to 256 characters' })
      .exactOptional()
      .describe('User name at the broker; without it the gateway is anonymous there.'),
    passwordFile: path.exactOptional().describe('File with the password of that user.'),
    passwordEnv: variable.exactOptional().describe('Environment variable with it, in place of the file.'),
    caFile: path
      .exactOptional()
      .describe(
        'PEM file with the authorities that may have signed the certificate of the broker. Without it: those that come with Node.js.',
      ),
    certFile: path
      .exactOptional()
      .describe('PEM file with the certificate of the gateway, where the broker wants one.'),
    keyFile: path.exactOptional().describe('PEM file with its private key, without a passphrase.'),
    keyEnv: variable.exactOptional().describe('Environment variable with it, in place of the file.'),
    clientId: clientId
      .exactOptional()
      .describe('Client id at the broker, another one for each gateway. Without it: `noroshi-CLUSTER-NODE`.'),
    topicPrefix: topicPrefix
      .default('noroshi')
      .describe('What all topics begin with; `/CLUSTER/NODE/…` follows.'),
    events: z
      .array(z.string().regex(/^[A-Za-z0-9.*]{1,64}$/))
      .min(1)
      .max(64)
      .default(['*'])
      .meta({ expects: 'a list of 1 to 64 event types, in which `*` stands for any run of characters' })
      .describe('Which events are published: types, in which `*` stands for any run of characters.'),
    keepAliveSeconds: z
      .int()
      .min(2)
      .max(3600)
      .default(15)
      .describe(
        'Keep-alive of MQTT: a broker that is silent for one and a half times as long is given up, and so is a silent gateway by the broker.',
      ),
  })
  .exactOptional()
  .describe(
    'Publishes the gateway, its servers and its events to an MQTT broker. Nothing is subscribed. Without this section there is no connection.',
  );

export type MqttSection = NonNullable<z.output<typeof mqttSchema>>;
