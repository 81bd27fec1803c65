/** Where the gateway publishes; it subscribes to nothing. */
export interface Topics {
  /** Retained: whether this gateway is connected. Also the topic of its will. */
  readonly status: string;
  /** Retained: the state of a server. */
  server(name: string): string;
  /** Retained: the external-link monitors in error that are about no server. */
  readonly monitors: string;
  event(type: string): string;
}

/** Wildcards, the separator, control characters (MQTT 5.0, 1.5.4 and 4.7.1), and `%` itself, so that no two names meet. */
const unfit = /[+#/%\p{Cc}]/gu;
const loneSurrogate = /\p{Cs}/gu;

/** A name as one level of a topic: what must not stand there is percent-encoded, byte by byte in UTF-8. */
export const topicLevel = (name: string): string =>
  name.replace(loneSurrogate, '\uFFFD').replace(unfit, encodeURIComponent);

/** The topics below `<prefix>/<cluster>/<node>/`; the prefix may have levels of its own. */
export const topicsOf = (prefix: string, cluster: string, node: string): Topics => {
  const root = [prefix, topicLevel(cluster), topicLevel(node)].join('/');
  return {
    status: `${root}/status`,
    server: (name) => `${root}/state/server/${topicLevel(name)}`,
    monitors: `${root}/state/monitors`,
    event: (type) => `${root}/event/${topicLevel(type)}`,
  };
};
