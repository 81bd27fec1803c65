import { ReasonCodes } from 'mqtt';
import { type MqttFault, mqttFault } from './fault.ts';

/** Reason codes of MQTT 5.0, section 2.4. */
const sessionTakenOver = 0x8e;
const refusedCredentials: readonly number[] = [0x86, 0x87, 0x8a, 0x8c];
const notAuthorized = 0x87;
const neverTaken: readonly number[] = [0x90, 0x95, 0x99];

const words = (reasonCode: number): string => {
  const name = (ReasonCodes as Readonly<Record<number, string>>)[reasonCode];
  return `${name || 'no reason is given'} (0x${reasonCode.toString(16).padStart(2, '0')})`;
};

/** CONNACK with a reason code of 0x80 or more (section 3.2.2.2). */
export const connackFault = (reasonCode: number): MqttFault =>
  mqttFault(
    refusedCredentials.includes(reasonCode) ? 'mqtt.credentials' : 'mqtt.refused',
    `the broker refuses the connection: ${words(reasonCode)}`,
  );

/** DISCONNECT from the broker (section 3.14.2.1). */
export const disconnectFault = (reasonCode: number, clientId: string): MqttFault => {
  if (reasonCode === sessionTakenOver) {
    const message = `another client with the client id ${clientId} took the connection over`;
    return mqttFault('mqtt.clientIdTaken', message);
  }
  const code = refusedCredentials.includes(reasonCode) ? 'mqtt.credentials' : 'mqtt.ended';
  return mqttFault(code, `the broker ended the connection: ${words(reasonCode)}`);
};

/** PUBACK with a reason code of 0x80 or more (section 3.4.2.1). */
export const pubackFault = (reasonCode: number, topic: string): MqttFault => {
  const message = `the broker does not take a message for ${topic}: ${words(reasonCode)}`;
  if (reasonCode === notAuthorized) return mqttFault('mqtt.notAllowed', message);
  return mqttFault(neverTaken.includes(reasonCode) ? 'mqtt.rejected' : 'mqtt.refused', message);
};

const systemCodeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** Codes of Node for a failed handshake: its own, those of OpenSSL, and those of X.509 verification. */
const isTlsCode = (code: string): boolean =>
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO$|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA)/.test(
    code,
  );

/** An error of the socket, before or after the connection stood. Texts of the system name no secret. */
export const streamFault = (error: Error, opened: boolean): MqttFault => {
  const code = systemCodeOf(error);
  if (isTlsCode(code)) return mqttFault('mqtt.tls', `${error.message} (${code})`);
  return mqttFault(opened ? 'mqtt.lost' : 'mqtt.unreachable', error.message);
};

/** What the library tells by its `error`: a refusal carries a number, the system's errors a word. */
export const clientFault = (error: Error & { readonly code?: unknown }, opened: boolean): MqttFault => {
  if (typeof error.code === 'number' && !opened) return connackFault(error.code);
  if (error.message === 'connack timeout')
    return mqttFault('mqtt.timeout', 'the broker takes connections, but does not answer');
  if (error.message === 'Keepalive timeout')
    return mqttFault('mqtt.timeout', 'the broker does not answer any more');
  return streamFault(error, opened);
};
