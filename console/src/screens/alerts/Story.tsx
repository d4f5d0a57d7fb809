/** The eight questions about an alert: what, where, normal, why, what to do, evidence, what else, so what. */
import { Button } from '@mantine/core'
import { IconHandStop } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import attack from 'virtual:attack'
import type { ReactNode } from 'react'
import { useMay } from '../../api/session.ts'
import type { Alert } from '../../api/types.ts'
import { Fact, Moment, Severity, Tag } from '../../parts/words.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Acts } from './AlertsScreen.tsx'
import { Evidence } from './Evidence.tsx'
import { History, WhatElse } from './Around.tsx'
import { Steps } from './Steps.tsx'
import { useAnswers, type Question as Asked } from './story.ts'

export function Question({ title, children }: { title: TextKey; children: ReactNode }) {
  const { t } = useWords()
  return (
    <section className="question">
      <h3>{t(title)}</h3>
      {children}
    </section>
  )
}

/** Sentences of the server's answer to one question. */
function Lines({ alert, question }: { alert: Alert; question: Asked }) {
  const { lang } = useWords()
  const story = useAnswers(alert.id)
  return story.data?.answers[question][lang].map((line) => <p key={line}>{line}</p>)
}

function Terms({ alert }: { alert: Alert }) {
  const { t } = useWords()
  const terms = useAnswers(alert.id).data?.terms
  if (!terms || alert.status === 'closed') return null
  const { by, state } = alert.status === 'new' ? terms.acknowledge : terms.resolve
  return (
    <Tag kind={state === 'late' ? 'bad' : ''}>
      {t(alert.status === 'new' ? 'console.story.take_by' : 'console.story.close_by')} <Moment at={by} />
    </Tag>
  )
}

export function Story({ alert, act, whole = false }: { alert: Alert; act: Acts; whole?: boolean }) {
  const { t, word, lang } = useWords()
  const told = alert.told[lang]
  return (
    <article className={whole ? 'story whole' : 'story'}>
      <header>
        <div className="story-line">
          <Severity level={alert.severity} />
          <Tag kind={alert.status === 'new' ? 'new' : ''}>{alert.status === 'closed' ? word('resolution', alert.resolution) : word('status', alert.status)}</Tag>
          <Tag>{word('class', alert.class)}</Tag>
          {alert.drill && <Tag>{word('term', 'drill')}</Tag>}
          {alert.suppressed_by && <Tag>{t('console.alerts.is_suppressed')}</Tag>}
          <span className="quiet">{alert.assignee ?? t('console.nobody')}</span>
          <Terms alert={alert} />
        </div>
        <h2 className={whole ? 'sr' : ''}>{told.title}</h2>
        <p className="what">{told.what}</p>
        <p className="quiet num">
          {t('console.story.times', { count: number(alert.count, lang) })} · <Moment at={alert.first_seen} /> – <Moment at={alert.last_seen} />
        </p>
        <Buttons act={act} closed={alert.status === 'closed'} />
      </header>
      {told.safety && (
        <div className="safety" role="note">
          <IconHandStop size={18} aria-hidden />
          <div>
            <strong>{t('console.story.safety')}</strong>
            <div>{told.safety}</div>
          </div>
        </div>
      )}
      <Question title="console.story.do">
        <Steps alert={alert} />
      </Question>
      <Question title="console.story.why">
        <p>{told.why}</p>
        <Lines alert={alert} question="why" />
      </Question>
      <Question title="console.story.where">
        <div className="ends">
          <End alert={alert} side="source" />
          <End alert={alert} side="destination" />
        </div>
      </Question>
      <Question title="console.story.normal">
        <Lines alert={alert} question="normal" />
        <Normal alert={alert} />
      </Question>
      <Question title="console.story.evidence">
        <Evidence alert={alert} />
      </Question>
      <Question title="console.story.else">
        <Lines alert={alert} question="else" />
        <WhatElse alert={alert} />
      </Question>
      <Question title="console.story.so_what">
        <Lines alert={alert} question="so_what" />
        <SoWhat alert={alert} />
      </Question>
      <Question title="console.story.history">
        <History alert={alert} />
      </Question>
    </article>
  )
}

function Buttons({ act, closed }: { act: Acts; closed: boolean }) {
  const { t } = useWords()
  const may = useMay()
  const shown: [string, TextKey, string][] = [
    ['e', 'console.key.take', 'alerts:take'], ['c', 'console.key.close', 'alerts:close'], ['l', 'console.key.learn', 'alerts:learn'],
    ['m', 'console.key.mute', 'alerts:mute'], ['a', 'console.key.assign', 'alerts:take'], ['n', 'console.key.note', 'alerts:comment'],
  ]
  return (
    <div className="acts">
      {shown.filter(([key, , permission]) => may(permission) && !(closed && key === 'c')).map(([key, text]) => (
        <Button key={key} size="compact-sm" variant={key === 'e' && !closed ? 'filled' : 'default'} onClick={() => act[key]?.()} rightSection={<kbd aria-hidden>{key}</kbd>}>
          {key === 'e' && closed ? t('console.reopen') : t(text)}
        </Button>
      ))}
    </div>
  )
}

function End({ alert, side }: { alert: Alert; side: 'source' | 'destination' }) {
  const { t, word } = useWords()
  const at = <K extends string>(name: K) => alert[`${side}.${name}` as keyof Alert] as string | string[] | number | null | undefined
  const address = at('ip') ?? at('mac')
  const name = at('asset')
  const named = name != null && name !== address
  return (
    <div className="end">
      <div className="quiet">{t(`console.story.${side}`)}</div>
      <div className="strong">
        <Link to="/assets" search={{ text: String(address ?? name ?? '') }}>{String(name ?? address ?? '–')}</Link>
      </div>
      <dl>
        {named && <Fact name={word('end', 'ip')}>{String(address)}{at('port') ? `:${String(at('port'))}` : ''}</Fact>}
        <Fact name={word('end', 'roles')}>{(at('roles') as string[] | null | undefined)?.map((role) => word('role', role)).join(', ') ?? '–'}</Fact>
        <Fact name={word('end', 'zone')}>{String(at('zone') ?? '–')}</Fact>
        {at('criticality') && <Fact name={word('end', 'criticality')}>{word('console.criticality', String(at('criticality')))}</Fact>}
        {at('owner') && <Fact name={word('end', 'owner')}>{String(at('owner'))}</Fact>}
        {at('mac') && <Fact name={word('end', 'mac')}>{String(at('mac'))}</Fact>}
      </dl>
    </div>
  )
}

function Normal({ alert }: { alert: Alert }) {
  const { word } = useWords()
  const known = Object.entries(alert.explanation ?? {}).filter(([, value]) => value != null && value !== '')
  if (!known.length) return null
  return (
    <dl className="facts">
      {known.map(([name, value]) => (
        <Fact key={name} name={word('explained', name)}>
          <Value value={value} name={name} />
        </Fact>
      ))}
    </dl>
  )
}

export function Value({ value, name = '' }: { value: unknown; name?: string }) {
  const { word } = useWords()
  if (value == null) return <span className="quiet">–</span>
  if (name === 'since' && typeof value === 'string') return <Moment at={value} />
  if (name === 'since' && typeof value === 'number') return <Moment at={new Date(value / 1e6).toISOString()} />
  if (name === 'maturity') return <>{word('maturity', String(value))}</>
  if (Array.isArray(value)) return <>{value.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each))).join(', ') || '–'}</>
  if (typeof value === 'object') {
    const parts = Object.entries(value as Record<string, unknown>)
    return <>{parts.map(([key, each]) => `${key}: ${typeof each === 'object' ? JSON.stringify(each) : String(each)}`).join(' · ')}</>
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return <span className="num">{value.toPrecision(4)}</span>
  return <span className="num">{String(value)}</span>
}

function SoWhat({ alert }: { alert: Alert }) {
  const { t, word } = useWords()
  return (
    <dl className="facts">
      <Fact name={t('console.story.techniques')}>
        {alert['threat.technique.id'].map((id) => (
          <Tag key={id}>
            {id} {attack[id] ?? ''}
          </Tag>
        ))}
        {alert['threat.technique.id'].length === 0 && '–'}
      </Fact>
      <Fact name={t('console.story.controls')}>
        {alert.controls.map((control) => (
          <Tag key={control}>{control}</Tag>
        ))}
      </Fact>
      <Fact name={t('console.story.objects')}>{alert.objects.map((each) => word('object', each)).join(', ')}</Fact>
      <Fact name={t('console.alerts.rule')}>
        <Link to="/rules/$name" params={{ name: alert['rule.name'] }}>{alert['rule.name']}</Link>{' '}
        <span className="quiet">{alert['rule.version']}</span>
      </Fact>
    </dl>
  )
}
