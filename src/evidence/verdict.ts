import type { ProofSource } from '../core/outcome.ts';
import { type Fact, type FactInput, factsOf, type Meaning } from './facts.ts';

/**
 * - `alive`: a path shows life;
 * - `stopped`: no path shows life, and a proof or the operator's word says that it is off;
 * - `noPower`: no path shows life, nothing feeds it, and its BMC does not answer;
 * - `unreachable`: it was asked and is silent: dead or only out of sight, nobody can tell;
 * - `unknown`: nothing that counts is known.
 */
export const verdicts = ['alive', 'stopped', 'noPower', 'unreachable', 'unknown'] as const;
export type EvidenceVerdict = (typeof verdicts)[number];

export interface Judgement {
  readonly verdict: EvidenceVerdict;
  /** Whose proof a `stopped` or `noPower` rests on. */
  readonly by?: ProofSource | 'operator' | 'feeds';
  /** One sentence in English. */
  readonly why: string;
}

/** What is known of a server, and what it comes to. */
export interface Evidence extends Judgement {
  readonly facts: readonly Fact[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** An age for people: whole seconds below two minutes, then whole minutes, then hours. */
export const ageText = (ageMs: number): string => {
  if (ageMs < 2 * minuteMs) return `${Math.floor(ageMs / 1000)} s`;
  return ageMs < 2 * hourMs ? `${Math.floor(ageMs / minuteMs)} min` : `${Math.floor(ageMs / hourMs)} h`;
};

const clause = ({ says, at, ageMs, doubt }: Fact): string => {
  const told = at ? `${says} ${ageText(ageMs)} ago` : says;
  return doubt === undefined ? told : `${told}, ${doubt}`;
};

const clauses = (facts: readonly Fact[]): string => facts.map(clause).join(', and ');

const silenceClause = (fact: Fact): string => `${clause(fact)}, and silence proves nothing`;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Life outweighs everything: an error that keeps a failover back costs less than two writers on one disk. */
const alive = (life: readonly Fact[], rest: readonly Fact[]): Judgement => {
  const against = rest.filter(
    ({ shows, path }) => shows === 'off' || shows === 'noPower' || path === 'engine',
  );
  const although = against.length > 0 ? `, although ${clauses(against)}` : '';
  return { verdict: 'alive', why: sentence(`${clauses(life)}${although}`) };
};

/** What was read or proved goes before the operator's word. */
const provedBy = (proofs: readonly Fact[]): NonNullable<Judgement['by']> => {
  const proof = proofs.find(({ path }) => path !== 'operator');
  return proof ? (proof.by ?? 'bmc') : 'operator';
};

/** What was read goes before what was said; what speaks neither for nor against it is told, too. */
const stopped = (proofs: readonly Fact[], rest: readonly Fact[]): Judgement => {
  const beside = rest
    .filter(({ shows, doubt }) => shows === 'silence' || doubt !== undefined)
    .map((fact) => (fact.shows === 'silence' ? silenceClause(fact) : clause(fact)));
  return {
    verdict: 'stopped',
    by: provedBy(proofs),
    why: sentence([`${clauses(proofs)}, and no path has shown life since`, ...beside].join('; ')),
  };
};

/** What is known besides proofs, and why it proves nothing. */
const unproved = (fresh: readonly Fact[]): string => {
  const parts = fresh.map((fact) => {
    if (fact.path === 'engine' && !fact.doubt && fact.state !== 'unknown')
      return `${clause(fact)}, a report and no proof`;
    if (fact.shows === 'silence') return silenceClause(fact);
    if (fact.shows === 'standby') return `${clause(fact)}, which does not tell whether the server runs`;
    if (fact.shows === 'noPower') return `${clause(fact)}, but something in it has power`;
    return clause(fact);
  });
  return parts.join('; ');
};

const ignorance = (fresh: readonly Fact[], old: readonly Fact[]): string => {
  if (fresh.length > 0) return sentence(unproved(fresh));
  return old.length > 0 ? sentence(`what was known is too old: ${clauses(old)}`) : 'Nothing is known of it.';
};

/** The verdict that these facts come to, in whatever order they stand. Facts that are not fresh count for nothing. */
export const judge = (facts: readonly Fact[]): Judgement => {
  const fresh = facts.filter((fact) => fact.fresh);
  const showing = (meaning: Meaning) => fresh.filter(({ shows }) => shows === meaning);
  const [life, off, cut, silence] = [showing('life'), showing('off'), showing('noPower'), showing('silence')];
  if (life.length > 0)
    return alive(
      life,
      fresh.filter((fact) => fact.shows !== 'life'),
    );
  if (cut.length > 0 && showing('standby').length === 0) {
    return {
      verdict: 'noPower',
      by: 'feeds',
      why: sentence(`${clauses(cut)}, and no path has shown life since`),
    };
  }
  if (off.length > 0)
    return stopped(
      off,
      fresh.filter((fact) => fact.shows !== 'off'),
    );
  const old = facts.filter((fact) => !fact.fresh);
  return { verdict: silence.length > 0 ? 'unreachable' : 'unknown', why: ignorance(fresh, old) };
};

/** What is known of a server at a moment, and what it comes to. */
export const evidenceOf = (input: FactInput): Evidence => {
  const facts = factsOf(input);
  return { ...judge(facts), facts };
};
