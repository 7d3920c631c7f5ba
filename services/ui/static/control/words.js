// What happens in a drill, a line each.

const who = (labels) => [labels.alertname, labels.service && `(${labels.service})`].filter(Boolean).join(" ");

const WORDS = {
  note: ({ text }) => text,
  phase: ({ name }) => `phase ${name}`,
  fault_on: ({ kind, service }) => `${kind} begins at ${service}`,
  fault_strikes: ({ kind, service }) => `${kind} strikes at ${service}`,
  fault_off: ({ kind, service, strikes }) => `${kind} ends at ${service}, after ${strikes} strikes`,
  silence_on: ({ alert }) => `${alert} is silenced`,
  silence_off: ({ alert }) => `${alert} is no longer silenced`,
  restarted: ({ service }) => `${service} has started anew`,
  alert_pending: ({ labels }) => `△ pending: ${who(labels)}`,
  alert_firing: ({ labels }) => `▲ fires: ${who(labels)}`,
  alert_resolved: ({ labels }) => `– over: ${who(labels)}`,
  delivered: ({ labels, status }) => `told that ${who(labels)} is ${status}`,
  trouble: ({ reason }) => `trouble: ${reason}`,
};

/** The line; nothing for what is shown elsewhere. */
export const line = (event) => WORDS[event.event]?.(event);
