/**
 * Words that mean the same wherever they stand: they count where a gateway's own table (in its file) is silent.
 * Relays pass on the words of whoever stands behind them, in English and Chinese. Facts: docs/providers.md 14.
 */
import type { ErrorCategory } from '../errors';
import type { TaskStatus } from '../task';

/** Status words that are plainly final, and those that are plainly not. */
const statusWords: ReadonlyArray<[TaskStatus, string]> = [
	['succeeded', 'succeeded success successful succeed completed complete done finished finish'],
	['succeeded', 'generated ok 成功 已成功 完成 已完成 完了 已生成'],
	['failed', 'failed fail failure error errored rejected refused blocked aborted expired'],
	['failed', 'timeout timed_out timedout nsfw moderated flagged unsuccessful'],
	['failed', 'exception crashed killed interrupted preempted lost oom'],
	['failed', 'time_out deadline_exceeded denied declined invalid filtered banned violation'],
	['failed', '失败 失敗 已失败 错误 异常 超时 已过期 审核不通过 审核未通过'],
	['canceled', 'canceled cancelled cancel deleted removed stopped terminated revoked'],
	['canceled', '取消 已取消 已删除 已终止'],
	['queued', 'queued queueing queuing in_queue pending waiting submitted created preparing'],
	['queued', '排队中 等待中 待处理 已提交'],
];

const statusByWord = new Map(
	statusWords.flatMap(([status, words]) =>
		words.split(' ').map((word): [string, TaskStatus] => [word, status]),
	),
);

/** Parts of a status word that say what it is about, and nothing about how it stands. */
const SUBJECT = /^(?:task|status|state|job|run|request|video|generation|content|prompt|api)$/;
/** Parts that follow a final word that is not reached yet. */
const NOT_YET =
	/^(?:request(?:ed|ing)?|pending|retry|retrying|retries|waiting|queued|processing|progress|running|upload|uploading)$/;

/**
 * The meaning of a status word that the gateway does not document; undefined when it is not plain. A word of several
 * parts (`TASK_STATUS_FAILED`, `CancelledByUser`, `Failed: GPU lost`) means what the first part behind its subject does;
 * a success has no part that is not understood.
 */
export function plainStatus(word: string): TaskStatus | undefined {
	const text = word.trim().replace(/[.!。！]+$/, '');
	const whole = statusByWord.get(text.toLowerCase().replace(/[\s-]+/g, '_'));
	if (whole !== undefined) return whole;
	const parts = text
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.replace(/^(?:任务|视频|生成)+/, '')
		.toLowerCase()
		.split(/[^\p{L}\d]+/u)
		.filter((part) => part !== '');
	const said = parts.slice(parts.findIndex((part) => !SUBJECT.test(part)));
	const first = statusByWord.get(said[0] ?? '');
	if (first === undefined || said.some((part) => NOT_YET.test(part))) return undefined;
	if (first === 'failed' || first === 'canceled') return first;
	const known = said.every((part) => SUBJECT.test(part) || statusByWord.get(part) === first);
	return known ? first : undefined;
}

export interface PlainFault {
	category: ErrorCategory;
	/** Said before anything was made. */
	noTask?: boolean;
}

/**
 * Codes of relays: new-api, which V-API and its kin run (its source, `types/error.go`: secondary), and OpenAI's, which
 * many copy. In lower case.
 */
const plainCodes: Readonly<Record<string, PlainFault>> = Object.fromEntries(
	(
		[
			[
				'balance',
				'insufficient_quota insufficient_user_quota insufficient_balance insufficient_credits insufficient_credit insufficient_funds pre_consume_token_quota_failed billing_hard_limit_reached billing_not_active payment_required balance_not_enough not_enough_credits out_of_credits',
			],
			[
				'contentPolicy',
				'prompt_blocked content_policy_violation content_policy content_filter content_filtered content_blocked content_violation content_moderated moderation_blocked moderation_failed sensitive_words_detected sensitive_content nsfw nsfw_content safety_violation unsafe_content unsafe_request policy_violation',
			],
			['auth', 'invalid_api_key authentication_error unauthorized invalid_token token_expired'],
			['unsupported', 'model_price_error model_not_supported model_not_available'],
			['rateLimit', 'rate_limit_exceeded rate_limit_error too_many_requests'],
			['notFound', 'task_not_exist task_not_found'],
		] as Array<[ErrorCategory, string]>
	).flatMap(([category, codes]) =>
		codes.split(' ').map((code): [string, PlainFault] => [code, { category }]),
	),
);

/** Codes that relays give to a refusal of any kind: what is said in words counts before them. */
const parameterCodes = [
	'invalid_parameter',
	'invalid_parameters',
	'invalid_params',
	'invalid_argument',
	'invalid_arguments',
	'image_processing_error',
	'image_dimension_mismatch',
];

/** No channel of the relay sells the model at the moment: it never reached anybody who could make a clip. */
const noChannelCodes = [
	'model_not_found',
	'get_channel_failed',
	'no_available_channel',
	'channel:no_available_key',
	'channel_no_available_key',
];

/** The first that matches counts. Ideographs have no word boundaries. */
const phrases: ReadonlyArray<[fault: PlainFault, pattern: RegExp]> = [
	[
		{ category: 'transient', noTask: true },
		/no (?:available|usable|healthy|valid) (?:upstream )?(?:channel|distributor|provider|account|upstream|key)s?|(?:channel|distributor)s? (?:is |are )?(?:not available|unavailable)|failed to get (?:an )?available channels?|upstream load is saturated|无(?:可用|有效)(?:的)?(?:上游)?(?:渠道|通道|账号)|没有(?:可用|有效)(?:的)?(?:上游)?(?:渠道|通道)|可用(?:渠道|通道)(?:不存在|失败)|负载已饱和/i,
	],
	[
		{ category: 'contentPolicy' },
		/\bnsfw\b|moderat(?:ion|ed|or)|content[\s_-]*(?:policy|filter|violation|safety|blocked|review|restrict)|sensitive[\s_]*(?:content|word|information|material|image|prompt)|potentially sensitive|(?:is|are|was|were|be|contains?|new|input|output)[\s_]sensitive|safety (?:system|check|filter|polic|guideline|reason)|(?:flagged|blocked|rejected|refused) (?:as|by|for|due to|because of) (?:\w+ ){0,3}(?:safety|polic|content|unsafe|inappropriate|nsfw|explicit)|prompt[\s_](?:was |is |has been )?(?:blocked|rejected|flagged)|prohibited (?:content|word|material|use)|(?:content|prompt|image)s? (?:is |are |was )?prohibited|(?:usage|community|acceptable use|terms|our|the|content) (?:polic(?:y|ies)|guidelines)|inappropriate|explicit (?:content|material)|sexual|violen(?:t|ce)|\bunsafe\b(?! (?:url|link|host|address|redirect))|celebrit(?:y|ies)|public figures?|photorealistic (?:people|person|human)s?|nud(?:e|es|ity)\b|self-?harm|hate speech|\bgore\b|adult content|child safety|(?:is|was|been|content|output|prompt)[\s_]filtered|violat\w* (?:\w+ )?(?:terms|rules|policy|policies|guidelines)|content[\s_-]*(?:audit|inspection)|copyright(?:ed)?|trademark|real (?:person|people|human)s?|敏感|违规|违禁|违反.{0,12}(?:政策|规定|规范|法)|审核(?:未|不|失败|拒绝)|未(?:能)?通过.{0,8}审核|内容安全|安全(?:策略|审查|检测)|涉黄|涉政|色情|暴力|风控|不合规|不当内容|不适宜|未成年|肖像权|侵权|版权/i,
	],
	[
		{ category: 'balance' },
		/insufficient[\s_]*(?:user |account |token )?(?:quota|balance|credit|fund)|(?:quota|balance|credit|fund)s? (?:is |are |has been |have been )?(?:not enough|too low|insufficient|exhausted|used up|depleted|exceeded)|(?:not enough|not have (?:enough|sufficient)|out of|no more|exceeded your current) (?:\w+ ){0,2}(?:credit|balance|quota|fund)|no (?:credit|balance|quota|fund)s? (?:left|remain)|usage limit (?:exceeded|reached)|wallet is empty|(?:account|payment|bill) is overdue|subscription (?:has |is )?expired|payment (?:is )?required|top[\s-]?up|recharge|in arrears|(?:余额|额度|配额|点数|积分)(?:已)?(?:不足|不够|用尽|用完|耗尽)|预扣费|欠费|充值/i,
	],
	[
		{ category: 'rateLimit' },
		/too many (?:requests|tasks)|rate[\s_-]*limit|requests? per (?:second|minute|hour)|concurren(?:t|cy)[\w\s]{0,30}(?:limit|exceed|reached|full)|请求(?:过于|太)?频繁|限流|(?:并发|频率|速率).{0,6}(?:超|上限|过高|限制)/i,
	],
	[
		{ category: 'auth' },
		/(?:invalid|incorrect|wrong|expired|disabled|missing) (?:api[\s_-]?key|access token|token|credential)|api[\s_-]?key (?:is )?(?:invalid|incorrect|expired|disabled|missing|not found)|(?:api[\s_-]?key|token|credential)s? (?:is |are |has |have )?(?:been )?(?:not (?:valid|active)|invalid|incorrect|expired|disabled|revoked|deactivated)|(?:invalid|wrong|missing) subscription key|no (?:api[\s_-]?key|credentials?|token) (?:was |is )?(?:provided|given|found)|missing authorization|unauthori[sz]ed|无效的令牌|令牌(?:无效|已过期|已禁用|状态不可用)|用户已被(?:封禁|禁用)|未登录|未提供令牌|(?:鉴权|认证|身份验证)失败/i,
	],
	[
		{ category: 'notFound' },
		/(?:task|request|prediction|job)(?:[\s_]?id)? (?:\S+ )?(?:was |is )?(?:does not exist|not found|doesn.t exist|unknown|not exist)|no such (?:task|request|prediction|job)|(?:task|request|prediction|job) (?:has |is )?(?:expired|been deleted)|\brecord not found|任务不存在|任务已(?:过期|失效)|找不到任务/i,
	],
	[
		{ category: 'unsupported' },
		/^(?!.*(?:try again|later|temporar|currently|at the moment|busy|overload|稍后|暂时)).*(?:(?:no|not have|without) access to (?:the |this |any )?models?\b|no such model|\bmodels?\b(?! (?:failed|could|was unable)).{0,60}\b(?:(?:is |are )?not (?:supported|available|enabled|found|exist)|does(?: not|n.t) exist|unsupported|deprecated|no longer)|(?:does|do) not support (?:this |the )?model|plan (?:does )?not support|无权(?:访问|使用|调用).{0,6}模型|模型.{0,40}(?:不存在|不支持|未配置|未开通|已下线|未启用))/is,
	],
	[
		{ category: 'invalidParameters' },
		/disallowed (?:image |file |media )?url|private (?:ip |network )?address|(?:invalid|illegal|unsupported|missing|bad)[\s_](?:\w+[\s_]){0,2}(?:param|argument|field|value|image|file|url|prompt|duration|resolution|ratio|format|size|model)|(?:image|picture|file|media|url|frame)\b.{0,60}(?:could not|cannot|can't|can not|failed to|unable to) be (?:down|fetch|load|read|access|decod|pars|open)|(?:could not|cannot|can't|failed to|fail to|unable to) (?:down ?load|fetch|load|read|access|decode|open|get|parse)(?: \w+){0,3} (?:image|picture|file|media|url|frame)|(?:image|picture|file|media|url|frame)s?(?: \w+)? (?:down ?load|fetch|load|access|decode|process)(?:ing)? failed|(?:duration|resolution|ratio|prompt|image|param(?:eter)?s?|size|length|seconds|frame)(?: \d+)? (?:is |are )?(?:invalid|illegal|unsupported|not valid|not allowed|out of range|too low|too high|required|missing)|(?:could not|cannot|can't|failed to|fail to|unable to) (?:down ?load|fetch|access) https?:|(?:image|picture|frame|file|prompt|resolution|ratio) (?:is |are )?(?:too (?:large|big|small|long|short)|not supported|corrupt)|(?:must|has to|should) be (?:one of|between|at (?:least|most)|less|greater)|参数(?:错误|无效|不合法|异常)|(?:图片|图像|文件|链接).{0,10}(?:下载失败|无法(?:下载|访问|读取)|格式|尺寸|宽高比|比例|过大|过小|不支持)|(?:无法|未能|不能)(?:下载|获取|访问|读取|解析).{0,6}(?:图片|图像|文件|链接)|参数.{0,4}(?:异常|错误)/i,
	],
];

/** Texts longer than this are not searched to their end. */
const SEARCHED = 400;

/** What codes and words plainly say; undefined when nothing does. */
export function plainFault(codes: string[], text: string | undefined): PlainFault | undefined {
	const known = codes.map((code) => code.toLowerCase());
	if (known.some((code) => noChannelCodes.includes(code)))
		return { category: 'transient', noTask: true };
	const code = known.find((one) => Object.hasOwn(plainCodes, one));
	if (code !== undefined) return plainCodes[code];
	const weak = known.some((one) => parameterCodes.includes(one));
	const ofCodes: PlainFault | undefined = weak ? { category: 'invalidParameters' } : undefined;
	if (text === undefined) return ofCodes;
	// letters may be case sensitive, and a moderation may be out of order
	const said = text
		.slice(0, SEARCHED)
		.replace(/case[\s-]sensitive/gi, '')
		.replace(/moderation[\w\s]{0,30}(?:unavailable|time[d\s-]*out|busy|overload)/gi, '');
	return phrases.find(([, pattern]) => pattern.test(said))?.[0] ?? ofCodes;
}
