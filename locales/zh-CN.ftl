# 拒绝与错误的中文文本。键为代码；.detail 仅在其中的数值都已知时显示。

## 请求错误
BAD_USER_INPUT = 参数不合格式
UNAUTHENTICATED = 请先登录：令牌缺失、失效或已过期
FORBIDDEN = 无权进行此项操作
NOT_FOUND = 不存在，或您无权查看
RATE_LIMITED = 请求过于频繁，请稍后再试
CONFLICT = 同一幂等键的请求正在处理或结果未明，请用同一键再次查询
TIMEOUT = 处理超时，结果未明
BAD_REQUEST = 请求不合格式
INTERNAL_SERVER_ERROR = 系统内部错误，请凭请求编号联系运维

## 输入格式
TEXT_INVALID = 文本为空、过长或含有控制字符
    .detail = 至多{ $maximum }个字符
AMOUNT_INVALID = 金额须大于零且小于十万亿元
DATE_INVALID = 日期或时刻不合要求
LIST_INVALID = 列表为空、过长或有重复
    .detail = 至多{ $maximum }项
CASE_NUMBER_INVALID = 案号不合2016年起施行的格式
CASE_NUMBER_OLD_STYLE = 旧式案号应填入原案号（legacyNumber）
CITIZEN_ID_INVALID = 公民身份号码校验不通过
USCC_INVALID = 统一社会信用代码校验不通过
BANK_ACCOUNT_INVALID = 银行账号不合格式
CNAPS_INVALID = 联行号校验不通过
MOBILE_INVALID = 不是中国大陆手机号
PASSWORD_WEAK = 口令须为10至128个字符且不得为常见口令

## 通用
IDEMPOTENCY_KEY_REUSED = 该幂等键已用于其他内容的请求
IDEMPOTENCY_KEY_INVALID = 幂等键须为8至64个字母、数字、“-”或“_”
STALE_VERSION = 内容在您读取之后已有变化，请重新读取
    .detail = 现为第{ $version }版
WRONG_STATE = 当前状态不允许此项操作
    .detail = 现为{ $status }
ALREADY_EXISTS = 已经存在

## 账户与岗位
LOGIN_FAILED = 账户名或口令错误，或账户未启用
REFRESH_TOKEN_INVALID = 刷新令牌无效，请重新登录
ACCOUNT_NOT_VERIFIED = 账户身份尚未核验
CASES_NOT_HANDED_OVER = 该承办人名下尚有未结案件及案款，须先移交
    .detail = 例如{ $case }
ROLE_CONFLICT = 不相容岗位不得由同一人在同一法院担任
    .detail = { $held }与{ $role }
MAKER_MAY_NOT_APPROVE = 经办人不得审批本人经办的事项
ALREADY_VOTED = 您已表决
DIGEST_MISMATCH = 审批内容在您读取之后已有变化，请重新读取
PARAMETER_INVALID = 参数值不合要求
    .detail = { $parameter }的取值范围为{ $allowed }
PARAMETER_UNCHANGED = 该值与现值相同
    .detail = { $parameter }现为{ $value }
PROPOSAL_OPEN = 同一事项已有提案待批
CALENDAR_NOTICE_INVALID = 放假通知不合格式，或法定节假日天数不符
    .detail = { $reason }

## 账簿
INSUFFICIENT_BALANCE = 账户可用余额不足
    .detail = 科目{ $account }不足{ $amount }元

## 案件
CASE_NOT_OPEN = 案件已中止、结案、移送或终结本次执行
    .detail = 现为{ $status }
CASE_HAS_OPEN_MONEY = 案件尚有案款、保证金、冻结款项、到账或欠缴执行费未了结
    .detail = { $item } { $amount }元
PAYEE_NOT_CONFIRMED = 收款账户未经收款人书面确认
PAYEE_NAME_MISMATCH = 收款人名称与当事人名称不符
AGENT_PAPER_INCOMPLETE = 代理手续不齐：缺少法律对该类代理人要求的材料
AGENT_NOT_AUTHORISED = 代理手续不包含该项权限，或者在该日不生效
    .detail = 代理手续为{ $status }
ADVANCE_REVOKED = 该债权的先予执行已被撤销，不得付款
CASE_FILE_INVALID = 文件不是可读取的案件导入工作簿或CSV，或者超出一个文件的上限
    .detail = { $what }至多{ $maximum }
CASE_FILE_FAULTY = 文件中有错误，未导入任何案件，请先查看预检结果
    .detail = 共{ $findings }处
CELL_INVALID = 单元格内容不合该列要求
    .detail = 应为{ $expected }
COLUMN_INVALID = 列名缺失、重复或不识别
    .detail = { $column }
SETTLEMENT_STANDS = 执行和解协议已履行完毕或者正在履行，不予恢复执行
CLAIM_NOT_SATISFIED = 债权尚未全部受偿
    .detail = 尚欠{ $outstanding }元
SATISFACTION_EXCEEDS_CLAIM = 履行金额超过债权余额
    .detail = 尚欠{ $outstanding }元
PARTY_MISSING = 案件须有申请执行人和被执行人
    .detail = 缺{ $role }

## 案款
OVER_PRESERVATION = 冻结金额超过执行标的额的百分之一百二十
    .detail = 上限 { $limit }，已冻结 { $frozen }
FEE_RELIEF_NOT_ALLOWED = 该当事人或该情形不适用此种缓减免：免交仅限自然人
DEBTOR_BANKRUPT = 法院已受理被执行人破产申请，不得对个别债权人清偿
RECEIPT_NOT_UNIDENTIFIED = 该笔到账已不是不明款
DIFFERENCES_OPEN = 当月尚有差异未处理
    .detail = 共{ $open }项
INTEREST_DESTINATION_UNSET = 银行利息去向尚未依据财政部门文件设定
RECEIPT_EXCEEDED = 超出该笔到账的剩余金额
    .detail = 尚余{ $remaining }元

## 拍卖
STARTING_PRICE_TOO_LOW = 起拍价低于法定下限
    .detail = 按{ $base }元计至少为{ $minimum }元
DEPOSIT_OUT_OF_RANGE = 保证金须为起拍价的百分之五至百分之二十
    .detail = { $minimum }元至{ $maximum }元
INCREMENT_INVALID = 加价幅度须大于零且不高于起拍价
    .detail = 最高{ $maximum }元
PANEL_DECISION_MISSING = 缺少三人合议庭的评议记录
DISCLOSURE_INCOMPLETE = 公示事项未填写，也未说明不适用的理由
    .detail = { $item }
NOTICE_TOO_LATE = 当事人或优先购买权人未通知或通知不足期
    .detail = { $person }，最迟{ $latest }
LEAD_TIME_TOO_SHORT = 公告日与开拍日之间的天数不足
    .detail = 须{ $days }日，最早{ $earliest }
BIDDING_TOO_SHORT = 竞价时间不得少于二十四小时
    .detail = 不早于{ $earliest }
REGISTRATION_CLOSED = 标的物现不接受报名
BIDDER_BARRED = 依法不得竞买该标的物
UNDERTAKING_MISSING = 缺少符合限购条件的承诺
BIDDER_PAPERS_TOO_LATE = 委托竞买、共同竞买须在竞价程序开始前经人民法院确认，现已开始
    .detail = { $startsAt }开始
BIDDER_PAPERS_INCOMPLETE = 委托竞买或者共同竞买手续不齐
BIDDER_NAME_MISMATCH = 手续所载本人姓名或者名称与实名账户不一致
NOT_QUALIFIED = 保证金未到账，未取得竞买资格
BIDDING_NOT_STARTED = 竞价尚未开始
    .detail = { $startsAt }开始
BIDDING_ENDED = 出价到达时竞价已结束
    .detail = { $endedAt }结束，出价于{ $arrivedAt }到达
LOT_SUSPENDED = 拍卖已暂缓或中止
BID_BELOW_START = 出价低于起拍价
    .detail = 为{ $minimum }元
BID_TOO_LOW = 出价低于最低加价
    .detail = 至少为{ $minimum }元
BID_NOT_ON_STEP = 出价不是起拍价加上加价幅度的整数倍
    .detail = { $start }元加{ $increment }元的整数倍
ALREADY_LEADING = 您已领先，不得自我加价
CONFIRMATION_NEEDED = 出价远高于当前价，请以中文大写金额确认
    .detail = 出价{ $amount }元，当前价{ $price }元
PLATFORM_FAULT = 平台故障未能受理该出价，故障已记录
SERVER_CLOCK_OFF = 受理该出价的服务器时钟偏差过大，请换用新的幂等键重新出价
ROUND_TOO_LATE = 再次拍卖或变卖已逾期且无说明文件
    .detail = 期限至{ $latest }
REFERENCE_PRICE_MISSING = 尚未确定与评估价一致的参考价
REFERENCE_PRICE_EXPIRED = 参考价已过有效期，或开拍距有效期届满超过六个月
    .detail = 有效期至{ $validUntil }
COST_BEARER_UNLAWFUL = 税费应由法律规定的纳税主体承担，不得转由另一方承担
    .detail = { $item }依法由{ $bearer }承担
REVISION_TOO_LATE = 竞价已开始，影响竞买判断的内容不得再更正，可暂缓、中止或撤回
REVISION_NOT_ACKNOWLEDGED = 公告已更正，请先阅读并确认更正公告
PROXY_BIDDING_OFF = 本标的物未开通代理出价
PROXY_NOT_FOR_PRIORITY = 优先购买权人可以同价出价，不适用代理出价
TRANSFER_APPROVAL_MISSING = 股权变更须经批准，尚未登记批准文件
    .detail = 最新为第{ $revision }次更正
FILE_TOO_LARGE = 附件超过法院允许的大小
    .detail = 不得超过{ $maximum }字节
FILE_DIFFERS = 收到的文件与申报的大小、类型或SHA-256摘要不符
    .detail = { $what }不符
MIRRORED_SALE = 本场拍卖在名单库平台进行，公告、报名和出价均在该平台办理
    .detail = { $platform }
PROVIDER_MISSING = 未为本次拍卖选定最高人民法院名单库中的平台
PROVIDER_NOT_LISTED = 该平台当日不在名单库内
    .detail = { $provider }
BUNDLE_INVALID = 镜像数据包不合格式，未导入任何内容
    .detail = 共{ $errors }处错误：{ $issues }
BUNDLE_SIGNATURE_INVALID = 镜像数据包不是由该平台当日有效的密钥签署
    .detail = 密钥{ $keyId }
FINDINGS_OPEN = 与规则不符之处须逐项说明理由后方可采认
    .detail = 尚未说明：{ $open }
TERMS_DIFFER = 平台公告的条件与合议庭评议不符
    .detail = { $found }，评议为{ $expected }
TERMS_CHANGED = 平台变更了法院已采认的公告条件
    .detail = 平台为{ $found }，已采认为{ $expected }
REGISTRATION_CHANGED = 同一报名编号下的信息与法院已采认的不符
    .detail = { $what }
END_DIFFERS = 平台的结束时间与按出价推算的时间不符
    .detail = { $found }，应为{ $expected }
RESULT_DIFFERS = 平台的结果与按出价推算的结果不符
    .detail = { $reason }
SELL_OFF_PRICE_DIFFERS = 变卖价应为二拍起拍价
    .detail = 为{ $price }元
NO_SURPLUS = 保留价清偿优先债权和执行费用后无剩余，属无益拍卖
    .detail = 应高于{ $minimum }元
OBJECTION_OPEN = 案外人异议未审结，拍卖和价款均应停止
    .detail = 至{ $until }
BALANCE_MISMATCH = 余款金额不等于成交价减去保证金

## 分配
PLAN_UNBALANCED = 分配明细合计不等于可分配案款
    .detail = 明细合计{ $lines }元，可分配{ $pool }元
POOL_EMPTY = 没有可分配的案款
OBJECTION_TERM_RUNNING = 异议期未届满或尚有未处理的异议
    .detail = 至{ $lastDay }届满
OBJECTION_TOO_LATE = 异议已逾期
    .detail = 期限至{ $lastDay }

## 发放与付款
PAYOUT_EXCEEDS_BALANCE = 发放金额超过案件或应付款的余额
    .detail = 可用{ $available }元
PAYOUT_RESULT_UNKNOWN = 付款结果未明，只能查询，不得重发
SELECTION_EMPTY = 没有符合条件的案款

## 银行
BANK_FILE_INVALID = 银行文件不合格式、过大、含有DTD或合计不符，未予入账
    .detail = 第{ $line }行 { $element }：{ $reason ->
        [EMPTY] 文件为空
        [TOO_LARGE] 文件过大
        [TOO_DEEP] 嵌套过深
        [TOO_MANY_ELEMENTS] 元素过多
        [NOT_UTF8] 不是UTF-8编码
        [NOT_GB18030] 不是GB18030编码
        [TORN_CHARACTER] 字段边界落在一个汉字中间
        [RECORD] 记录长度或列数与模板不符
        [MALFORMED] 不是完整的XML
        [DTD] 含有文档类型声明
        [ENTITY] 含有不允许的实体
        [PROCESSING_INSTRUCTION] 含有处理指令
        [UNKNOWN_MESSAGE] 不支持的报文或版本
        [FOREIGN_ELEMENT] 含有其他命名空间的元素
        [STRAY_TEXT] 文字位置错误
        [CONTROL_CHARACTER] 含有控制字符
        [MISSING] 缺少必填元素
        [REPEATED] 元素重复
        [EMPTY_VALUE] 值为空
        [TOO_LONG] 超过长度
        [CHARACTERS] 含有不允许的字符
        [VALUE] 值不在允许范围
        [CURRENCY] 只接受人民币
        [AMOUNT] 金额须为两位小数且无符号
        [ZERO] 金额须大于零
        [RANGE] 金额超出范围
        [SUM] 合计金额不符
        [COUNT] 笔数不符
        [DUPLICATE] 流水号重复
        [DATE] 日期错误
        [NOTHING_INSIDE] 没有明细
        [UNKNOWN_ACCOUNT] 不是本院账户
        [SEVERAL_ACCOUNTS] 一个文件只能涉及一个账户
        [UNKNOWN_ORIGINAL] 找不到原付款文件
        [UNKNOWN_PAYMENT] 原付款文件中没有该笔付款
        [OTHER_AMOUNT] 与原付款金额不符
        [CHANGED] 同一流水号的金额或方向不同
        [FUTURE] 日期在将来
        [NOT_FOR_IMPORT] 支付指令由本系统生成，不能导入
       *[other] 不合要求
    }
BANK_TEMPLATE_INVALID = 银行模板不能据以生成或读回文件
    .detail = { $place }：{ $reason ->
        [MISSING] 缺少必需的字段
        [PLACE] 该记录不能有此字段
        [TWICE] 字段或代码重复
        [WIDTH] 宽度过小或过大
        [PADDING] 只有数字可以左补零
        [CONSTANT] 固定值缺失、过长或不可写
        [TOO_MANY] 列数或代码过多
        [QUOTED] 定长文件没有引号
        [CODE] 代码不合格式
       *[other] 不合要求
    }

## 文书
FONT_MISSING = 未安装中文字体，请联系运维安装字体或设置 paper.font
FONT_LACKS_CHARACTER = 已安装的字体缺少文书中的字
    .detail = “{ $character }”
