"""Chinese for the Desk service: its refusals, the network, signatures, the check-up.

The embedded service belongs to ``sandbox``.
"""

from collections.abc import Mapping

__all__ = ["SERVICE"]

SERVICE: Mapping[str, str] = {
    # desk
    "Check the target's region or endpoint: something other than the Desk service answered.": (
        "请检查目标的 region 或 endpoint：应答的不是 Desk 服务。"
    ),
    "Run the command again: kbsync looks at the live library before it repeats anything.": (
        "请重新运行命令：kbsync 会先查看线上知识库，再决定是否重做。"
    ),
    "The answer to {command} is not the documented shape: {field} is {found}": (
        "{command} 的应答与文档所述的结构不符：{field} 是 {found}"
    ),
    "The host refused {command} with HTTP status {status}": "主机拒绝了 {command}，HTTP 状态码 {status}",
    "Too many calls: {command} was turned away with HTTP status {status}": "调用过多：{command} 被拒绝，HTTP 状态码 {status}",
    "HTTP status {status} came back for {command}, so whether it took effect is not known": (
        "{command} 返回 HTTP 状态码 {status}，因此不知道它是否已生效"
    ),
    "The host does not know the command {command} (HTTP status {status})": "主机不认识命令 {command}（HTTP 状态码 {status}）",
    (
        "The host answered {command} with a redirect (HTTP status {status}), which is never followed, because the "
        "address carries the signature"
    ): ("主机对 {command} 返回重定向（HTTP 状态码 {status}）；地址中带有签名，因此绝不跟随重定向"),
    "No connection can be set up with this endpoint and the environment's settings.": (
        "使用此 endpoint 和当前环境设置无法建立连接。"
    ),
    "Check the endpoint, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR (a SOCKS proxy needs the package socksio).": (
        "请检查 endpoint、HTTPS_PROXY、ALL_PROXY、SSL_CERT_FILE 和 SSL_CERT_DIR（SOCKS 代理需要安装 socksio 包）。"
    ),
    "The service answers.": "服务有应答。",
    "The host belongs to the application's region.": "主机与应用属于同一地域。",
    "The UserSig is accepted.": "UserSig 有效。",
    "The identifier is an App administrator.": "identifier 是应用管理员。",
    "Desk is enabled.": "Desk 已开通。",
    "The categories can be listed.": "可以列出分类。",
    "The questions can be listed.": "可以列出问题。",
    "Set the clock: a UserSig is valid only around the time at which it is made.": (
        "请校准时钟：UserSig 仅在其生成时间前后有效。"
    ),
    "At most {rate} calls a second are made of each command.": "每个命令每秒最多调用 {rate} 次。",
    "The documented limit is 5: set calls_per_second of the target to 5 or less.": (
        "文档规定的上限为 5：请将目标的 calls_per_second 设为 5 或更小。"
    ),
    "Chitchat is switched on and answers from a score of {score}.": "闲聊已开启，得分达到 {score} 时回答。",
    "This machine's clock is {seconds} seconds ahead of the service's.": "本机时钟比服务快 {seconds} 秒。",
    "This machine's clock is {seconds} seconds behind the service's.": "本机时钟比服务慢 {seconds} 秒。",
    "Chitchat is switched off: what is in the library is never said to customers.": (
        "闲聊已关闭：知识库中的内容不会回复给客户。"
    ),
    "Switch it on in the console: Basic configuration, Q&A strategy.": "请在控制台开启：基础配置，问答策略。",
    "Not known: something before it is not in order.": "未知：前面的项目尚未就绪。",
    "Not known: the service told no time.": "未知：服务没有给出时间。",
    "This machine's clock agrees with the service's.": "本机时钟与服务一致。",
    "Chitchat is switched on.": "闲聊已开启。",
    "Check KBSYNC_SECRET_KEY or KBSYNC_USERSIG against the key of this very application in the console.": (
        "请核对 KBSYNC_SECRET_KEY 或 KBSYNC_USERSIG 是否与控制台中该应用的密钥一致。"
    ),
    "Check sdkappid and identifier of the target in kbsync.yaml.": "请检查 kbsync.yaml 中该目标的 sdkappid 和 identifier。",
    "Check region (or endpoint) and sdkappid of the target: the console shows the data centre of the application.": (
        "请检查目标的 region（或 endpoint）和 sdkappid：控制台会显示应用所在的数据中心。"
    ),
    "Look in the console whether Desk is enabled for this application and its plan is paid.": (
        "请在控制台查看该应用是否已开通 Desk，以及套餐是否有效。"
    ),
    "Make the identifier an App administrator in the console, or name one that is.": (
        "请在控制台将 identifier 设为应用管理员，或改用已是管理员的账号。"
    ),
    "A session id is known only while the session lasts: look it up again.": "会话 id 仅在会话期间有效：请重新查询。",
    "The service refused {command} for a reason that is not documented ({said})": (
        "服务因文档未说明的原因拒绝了 {command}（{said}）"
    ),
    "Too many calls: the service refused {command} for its speed ({said})": (
        "调用过多：服务因速度过快拒绝了 {command}（{said}）"
    ),
    "The documented limit is 5 calls a second for each command; lower calls_per_second if others use this account.": (
        "文档规定每个命令每秒最多 5 次调用；如果他人也在使用此账号，请降低 calls_per_second。"
    ),
    "The service failed inside, and whether {command} took effect is not known ({said})": (
        "服务内部出错，不知道 {command} 是否已生效（{said}）"
    ),
    "The UserSig has expired ({command}: {said})": "UserSig 已过期（{command}：{said}）",
    "The UserSig was revoked ({command}: {said})": "UserSig 已被吊销（{command}：{said}）",
    "Too many calls with a wrong UserSig ({command}: {said})": "使用错误 UserSig 的调用过多（{command}：{said}）",
    "Wait one minute, and correct KBSYNC_SECRET_KEY or KBSYNC_USERSIG before the next call.": (
        "请等待一分钟，并在下次调用前更正 KBSYNC_SECRET_KEY 或 KBSYNC_USERSIG。"
    ),
    "The UserSig is not valid for this application ({command}: {said})": "UserSig 对此应用无效（{command}：{said}）",
    "The UserSig was made for another identifier or another application ({command}: {said})": (
        "UserSig 是为另一个 identifier 或另一个应用生成的（{command}：{said}）"
    ),
    "The service could not check the account ({command}: {said})": "服务无法核验账号（{command}：{said}）",
    "Check the identifier of the target; if it is right, try again later.": "请检查目标的 identifier；如果无误，请稍后重试。",
    "The identifier is not an App administrator ({command}: {said})": "identifier 不是应用管理员（{command}：{said}）",
    "The identifier is not an account of this application ({command}: {said})": (
        "identifier 不是此应用的账号（{command}：{said}）"
    ),
    "The host and the application belong to different regions ({command}: {said})": (
        "主机与应用属于不同的地域（{command}：{said}）"
    ),
    "This host does not know the application ({command}: {said})": "此主机不认识该应用（{command}：{said}）",
    "The application has not enabled Desk ({command}: {said})": "该应用尚未开通 Desk（{command}：{said}）",
    "The application is disabled, its plan has run out, or it may not use this API ({command}: {said})": (
        "该应用已停用、套餐已到期，或无权使用此 API（{command}：{said}）"
    ),
    "The free quota of the application is used up ({command}: {said})": "该应用的免费额度已用完（{command}：{said}）",
    "Wait until the quota is given anew (24 hours on the Trial edition), or change the edition in the console.": (
        "请等待额度恢复（体验版为 24 小时），或在控制台更换版本。"
    ),
    "The service does not know the command {command} ({said})": "服务不认识命令 {command}（{said}）",
    "The service did not accept the parameters of {command} ({said})": "服务不接受 {command} 的参数（{said}）",
    "A text may be too long or hold something that the service forbids; its limits are not published.": (
        "文本可能过长，或含有服务禁止的内容；服务未公布其限制。"
    ),
    "The address of the call is wrong ({command}: {said})": "调用地址有误（{command}：{said}）",
    "This machine's network address may not call the service ({command}: {said})": (
        "本机的网络地址不允许调用该服务（{command}：{said}）"
    ),
    "Add the address to the allowed ones in the console, or run where it is allowed.": (
        "请在控制台将该地址加入允许列表，或在允许的地方运行。"
    ),
    "The account is on the service's block list ({command}: {said})": "该账号在服务的黑名单中（{command}：{said}）",
    "The service does not accept the Desk object that {command} names ({said})": (
        "服务不接受 {command} 所指的 Desk 对象（{said}）"
    ),
    "It may have been deleted meanwhile: plan again.": "它可能已在此期间被删除：请重新生成计划。",
    "What the system has preset cannot be changed or deleted so ({command}: {said})": (
        "系统预置的内容不能这样修改或删除（{command}：{said}）"
    ),
    "The service refused the language ({command}: {said})": "服务拒绝了该语言（{command}：{said}）",
    "The application has too many accounts ({command}: {said})": "该应用的账号过多（{command}：{said}）",
    "The edition of the application does not support {command} ({said})": "该应用的版本不支持 {command}（{said}）",
    "The sender or the recipient is not an account of this application ({command}: {said})": (
        "发送者或接收者不是此应用的账号（{command}：{said}）"
    ),
    "The application's own callback refused the message ({command}: {said})": "该应用自己的回调拒绝了消息（{command}：{said}）",
    "The message is too long ({command}: {said})": "消息过长（{command}：{said}）",
    "The service takes at most 12 k in one message: shorten it.": "服务的单条消息上限为 12 k：请缩短。",
    "There is no such session ({command}: {said})": "没有这个会话（{command}：{said}）",
    "No connection to {host} for {command}: {reason}": "{command} 无法连接到 {host}：{reason}",
    "No connection to {host} through the proxy {proxy} for {command}: {reason}": (
        "{command} 无法通过代理 {proxy} 连接到 {host}：{reason}"
    ),
    "The endpoint {host} of the target cannot be called for {command}: {reason}": (
        "无法就 {command} 调用目标的 endpoint {host}：{reason}"
    ),
    "The proxy {proxy} did not let {command} through to {host}: {reason}": (
        "代理 {proxy} 没有放行发往 {host} 的 {command}：{reason}"
    ),
    "{command} was not sent: all connections were busy for too long": "未发送 {command}：所有连接占用过久",
    "No answer to {command} came in time, so whether it took effect is not known": (
        "{command} 的应答未按时到达，因此不知道它是否已生效"
    ),
    "The connection broke during {command}, so whether it took effect is not known: {reason}": (
        "{command} 期间连接中断，因此不知道它是否已生效：{reason}"
    ),
    "The answer to {command} cannot be read, so whether it took effect is not known: {reason}": (
        "无法读取 {command} 的应答，因此不知道它是否已生效：{reason}"
    ),
    (
        "Check the target's region or endpoint, and whether this machine reaches that host and port; where only a proxy leads "
        "there, name it in HTTPS_PROXY."
    ): ("请检查目标的 region 或 endpoint，以及本机能否连到该主机和端口；如果只能经代理访问，请在 HTTPS_PROXY 中指定代理。"),
    (
        "Check the proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY lists hosts to reach without it), then the target's "
        "region or endpoint."
    ): ("请检查代理（HTTPS_PROXY、HTTP_PROXY 或 ALL_PROXY；NO_PROXY 列出无需代理的主机），再检查目标的 region 或 endpoint。"),
    "The message has {size} bytes; the service takes at most {limit}.": "消息有 {size} 字节；服务最多接受 {limit} 字节。",
    "Shorten it, or send it as several messages.": "请缩短，或分成多条消息发送。",
    "Name the session by its id, or by the client's and the customer service account.": (
        "请用会话 id，或用客户和客服的账号来指明会话。"
    ),
    "{name} holds bytes that are not UTF-8 text": "{name} 含有不是 UTF-8 文本的字节",
    "copy it from the Chat console once more": "请从即时通信控制台重新复制",
    "No secret is given to sign the calls with.": "没有提供用于签名的密钥。",
    "Set KBSYNC_SECRET_KEY (from the console), or KBSYNC_USERSIG to a signature made elsewhere.": (
        "请设置 KBSYNC_SECRET_KEY（来自控制台），或将 KBSYNC_USERSIG 设为在别处生成的签名。"
    ),
    "A text in {command} holds characters that are not Unicode, so it was not sent.": (
        "{command} 中的文本含有非 Unicode 字符，因此未发送。"
    ),
    "{command} was not sent: kbsync is stopping.": "未发送 {command}：kbsync 正在停止。",
    # pacing
    "Stopped before {command} was sent; nothing happened.": "在发送 {command} 之前已停止；什么也没有发生。",
    "{command} had to wait until what it rests on was too old; it was not sent.": (
        "{command} 等待过久，其依据已经过时；因此未发送。"
    ),
    "The service wants no {command} for {seconds} s, which is longer than kbsync waits; nothing happened.": (
        "服务要求 {seconds} 秒内不再发送 {command}，这超过了 kbsync 的等待上限；什么也没有发生。"
    ),
    "Run the command again after that time.": "请在这段时间之后再次运行该命令。",
    "The call budget {path} cannot be used ({reason}): make its directory writable, or end the process that holds it.": (
        "无法使用调用配额文件 {path}（{reason}）：请使其目录可写，或结束占用它的进程。"
    ),
}
