"""Chinese for knowledge files and settings: what is wrong in them and how to mend it.

Rules on what the texts say belong to ``findings``.
"""

from collections.abc import Mapping

__all__ = ["FILES"]

FILES: Mapping[str, str] = {
    # files
    "keep one of them; other wordings belong under similar": "请只保留一个；其他说法写在 similar 下",
    "the question is declared twice: {text}": "问题重复声明：{text}",
    "remove it here, or remove what still has it": "请在此处删除它，或从仍包含它的地方删除",
    "{text} is still declared, so nothing was renamed from it": "“{text}”仍有声明，因此并没有由它重命名的问题",
    "two say that they were called {text}": "有两个问题声称曾名为“{text}”",
    "the category {path} is declared twice": "分类 {path} 重复声明",
    "declare it once; in another file it may be repeated with title and children alone": (
        "请只声明一次；在其他文件中可以重复，但只能写 title 和 children"
    ),
    "the wording belongs to another question: {text}": "该说法属于另一个问题：{text}",
    "the former text stands here twice": "此处的原文本重复",
    "the wording stands here twice": "此处的说法重复",
    "two questions have the id {id}": "有两个问题的 id 都是 {id}",
    "the other one": "另一个",
    "the wording repeats its own question": "该说法与所属问题本身相同",
    "the wording is a question of its own: {text}": "该说法本身就是一个问题：{text}",
    "the path leads out of the knowledge directory or to a hidden file": "路径指向知识目录之外，或指向隐藏文件",
    "write a path relative to this file, with forward slashes": "请写相对于此文件的路径，使用正斜杠",
    "the file is empty": "文件为空",
    "known targets: {names}": "已知的目标：{names}",
    "{name} cannot be the name of a target": "{name} 不能用作目标名",
    "region and endpoint both say where the service is": "region 和 endpoint 都指定了服务的位置",
    "an endpoint is https://host or https://host:port and nothing more": "endpoint 只能是 https://host 或 https://host:port",
    "with several targets, default_target must name one of them": "有多个目标时，必须用 default_target 指定其中一个",
    "no target is called {name}": "没有名为 {name} 的目标",
    "at least one target is needed": "至少需要一个目标",
    "{name} and {other} would share their environment variables": "{name} 和 {other} 会共用相同的环境变量",
    "{name} and {other} are one application: {address}, SDKAppID {app}": (
        "{name} 和 {other} 是同一个应用：{address}，SDKAppID {app}"
    ),
    "keep one of the two names: applied side by side, both would create everything": (
        "请只保留其中一个名称：两者同时应用时，所有内容都会被创建两次"
    ),
    "the key {key} is missing": "缺少键 {key}",
    "nothing says where the service is": "没有说明服务在哪里",
    "the host or the port of the endpoint cannot be right": "endpoint 的主机或端口不正确",
    "use letters, digits, - and _, at most 63": "请使用字母、数字、- 和 _，最多 63 个字符",
    "keep one of them": "请保留其中一个",
    "http:// is allowed for this machine only, because a call carries its signature": (
        "http:// 只允许用于本机，因为调用中带有签名"
    ),
    "no check is called {name}": "没有名为 {name} 的检查",
    "choose names that differ in more than - and _ or capitals": "请选择在 -、_ 和大小写之外也有区别的名称",
    "add region, or endpoint, or driver: sandbox": "请添加 region，或 endpoint，或 driver: sandbox",
    "write https://": "请写 https://",
    "a list is expected here": "此处应为列表",
    "names with a value each are expected here": "此处应为一组名称，每个名称有一个值",
    "begin each entry with a dash and a space": "每一项以短横线加空格开头",
    "a key must be text": "键必须是文本",
    "YAML 1.2 has no merge keys: write the entries out": "YAML 1.2 没有合并键：请写出各项",
    "entries cannot be merged with <<": "不能用 << 合并各项",
    "the key {key} stands here twice": "键 {key} 在此处出现两次",
    "the first one": "第一处",
    "give it the key category, or give one to the whole document": "请写上键 category，或为整个文档指定一个",
    "the question has no category": "该问题没有分类",
    "left out: the {field} of {text}: it is empty or holds a control character, which no file can hold": (
        "已略去：“{text}”的{field}：它为空，或含有任何文件都无法保存的控制字符"
    ),
    "left out: a second question with the text {text}; the files hold one": (
        "已略去：文本同为“{text}”的第二个问题；文件中已有一个"
    ),
    "left out: the wording {wording} of {text}: another question has it, or no file can hold it": (
        "已略去：“{text}”的相似说法“{wording}”：它属于另一个问题，或任何文件都无法保存它"
    ),
    "left out: {text}, because it is a similar wording of {owner}": "已略去：“{text}”，因为它是“{owner}”的相似说法",
    "the canonical layout would change what {path} says; nothing was written": "规范排版会改变 {path} 的含义；未写入任何内容",
    "this is a fault of kbsync: report it with the file, and take the file's unusual YAML out": (
        "这是 kbsync 的缺陷：请附上该文件报告，并去掉文件中不常见的 YAML 写法"
    ),
    "{value} is not between {minimum} and {maximum}": "{value} 不在 {minimum} 到 {maximum} 之间",
    "did you mean {word}?": "您是不是想写 {word}？",
    "a list of texts is expected here": "此处应为文本列表",
    "true or false is expected here": "此处应为 true 或 false",
    "{value} is not above 0 and at most {maximum}": "{value} 应大于 0 且不超过 {maximum}",
    "one of these is expected here: {known}": "此处应为以下之一：{known}",
    "begin each with a dash and a space": "每一项以短横线加空格开头",
    "write true or false, without quotes": "请写 true 或 false，不加引号",
    "a whole number is expected here": "此处应为整数",
    "a number is expected here": "此处应为数字",
    "write digits, without quotes": "请写数字，不加引号",
    "the settings are missing": "缺少设置文件",
    "make them with: kbsync init; or name the knowledge directory with --dir": (
        "请运行 kbsync init 生成；或用 --dir 指定知识目录"
    ),
    "the settings are one document": "设置文件只能有一个文档",
    "with the console's changes the files would break the rules above; nothing was written": (
        "加上控制台的修改后，文件会违反上述规则；未写入任何内容"
    ),
    "files were changed while kbsync was at work, so nothing was written: {names}": (
        "kbsync 运行期间有文件被修改，因此未写入任何内容：{names}"
    ),
    "run the command again: it begins with the files as they are now": "请重新运行该命令：它会从文件的当前内容开始",
    "the files could not be edited as meant; nothing was written: {names}": "无法按预期编辑文件；未写入任何内容：{names}",
    "this is a fault of kbsync: report it with these files, and edit them by hand meanwhile": (
        "这是 kbsync 的缺陷：请附上这些文件报告，并暂时手工编辑"
    ),
    "written out, the aliases would make more than {limit} MiB of text": "展开别名后，文本会超过 {limit} MiB",
    "the alias {alias} stands inside of what it repeats": "别名 {alias} 位于它所重复的内容之中",
    "the alias {alias} repeats nothing: no {anchor} stands before it": "别名 {alias} 没有可重复的内容：它前面没有 {anchor}",
    "more than {limit} levels of nesting": "嵌套超过 {limit} 层",
    "the tag {tag} is not allowed here": "此处不允许使用标签 {tag}",
    "write the value out, or put it in quotes if it is text": "请写出值本身；如果是文本，请加上引号",
    "remove the tag: what a value is follows from its key": "请去掉标签：值的类型由它的键决定",
    "save the file as UTF-8 in your editor": "请在编辑器中将文件保存为 UTF-8",
    "delete it; where it is meant, write it in double quotes as {escape}": "请删除它；如果确有需要，请在双引号内写作 {escape}",
    "{count} more faults in this file are not shown": "此文件中还有 {count} 处错误未显示",
    "delete it": "请删除它",
    "the file is UTF-16, not UTF-8": "文件是 UTF-16，不是 UTF-8",
    "byte {byte} is not UTF-8": "第 {byte} 字节不是 UTF-8",
    "the invisible character {code} may not stand in a file": "文件中不能有不可见字符 {code}",
    "keys with values are expected here: {names}": "此处应为带值的键：{names}",
    "secrets come from the environment: take this one out, and replace it with a new one if it was committed": (
        "密钥来自环境变量：请从这里去掉；如果已经提交过，请更换新的密钥"
    ),
    "{key} is not a key of {table}": "{key} 不是 {table} 的键",
    "known keys: {names}": "已知的键：{names}",
    "text is expected here": "此处应为文本",
    "the text is empty": "文本为空",
    "the text contains the character {code}": "文本含有字符 {code}",
    "text that looks like a list or a mapping must stand in quotes": "看起来像列表或映射的文本必须加引号",
    "{word} means no value, but text is expected": "{word} 表示没有值，但此处应为文本",
    "if the word is meant, put it in quotes": "如果就是这个词，请加上引号",
    "the text is missing": "缺少文本",
    "a category has one title or two, not {count}": "分类有一级或两级标题，不能是 {count} 级",
    "the service has two levels; a title that contains a slash between spaces needs the form [first, second]": (
        "服务只有两级分类；标题中含有两侧带空格的斜杠时，请写成 [第一级, 第二级]"
    ),
    "a third level of categories: the service has two": "出现了第三级分类：服务只有两级",
    "a title is missing beside the slash": "斜杠旁缺少标题",
    "text that contains a colon and a space must stand in quotes, or in a block after |": (
        "含有冒号加空格的文本必须加引号，或写在 | 之后的块中"
    ),
    "indent with spaces, not tabs; text that begins with @, ` or % must stand in quotes": (
        "请用空格缩进，不用制表符；以 @、` 或 % 开头的文本必须加引号"
    ),
    "indent with spaces, not tabs": "请用空格缩进，不用制表符",
    "a closing quote or bracket is missing": "缺少结尾的引号或括号",
    "a comma or a closing bracket is missing; text with brackets or commas must stand in quotes": (
        "缺少逗号或结尾的括号；含有括号或逗号的文本必须加引号"
    ),
    "entries of one list must begin in one column": "同一列表的各项必须从同一列开始",
    "keys of one entry must begin in one column; text after a closing quote must be inside of it": (
        "同一项的各个键必须从同一列开始；结尾引号之后的文本必须放到引号内"
    ),
    "a colon is missing after a key, or a line of a longer text is not indented": "键后面缺少冒号，或者长文本中有一行没有缩进",
    "text that begins with * or & must stand in quotes": "以 * 或 & 开头的文本必须加引号",
    "in double quotes a backslash begins an escape: write it twice, or use single quotes": (
        "双引号中的反斜杠表示转义：请写两个，或改用单引号"
    ),
    "text that begins with ! must stand in quotes": "以 ! 开头的文本必须加引号",
    "this is not YAML: {problem}": "这不是 YAML：{problem}",
    "this is not YAML; the parser says: {problem}": "这不是 YAML；解析器的原话：{problem}",
    "mapping values are not allowed in this context": "此处不能出现冒号和值",
    "found character that cannot start any token": "此处的字符不能作为开头",
    "found a tab character": "此处有制表符",
    "found unexpected end of stream": "文件在此处意外结束",
    "found a question mark between brackets": "方括号或花括号中有问号",
    "did not find expected comma or closing bracket": "此处应为逗号或结尾的括号",
    "did not find expected node content": "此处应有内容",
    "did not find expected '-' indicator": "此处应为以 - 开头的列表项",
    "did not find expected key": "此处应为键",
    "could not find expected ':'": "找不到键后面的冒号",
    "did not find expected alphabetic or numeric character": "此处应为字母或数字",
    "found a backslash that begins no escape": "此处的反斜杠不构成转义",
    "found a ! that begins no tag": "此处的 ! 不构成标签",
    "found a % that begins no directive": "此处的 % 不构成指令",
    "text that begins with % must stand in quotes": "以 % 开头的文本必须加引号",
    "found text behind | or >": "| 或 > 后面有文本",
    "begin the text on the line after | or >": "文本请从 | 或 > 的下一行开始写",
    "found an entry where none may begin": "此处不能开始新的一项",
    "begin an entry on a line of its own; text that begins with - or ? must stand in quotes": (
        "每一项请另起一行；以 - 或 ? 开头的文本必须加引号"
    ),
    "found more after what ends here": "内容在此处已结束，后面还有多余的部分",
    "put what follows inside of it, in an entry of its own, or after a line of three dashes": (
        "请把后面的部分写到其中，或另写一项，或放到三个短横线的一行之后"
    ),
    "indent with spaces, keep the keys of one entry in one column, and quote text that holds signs like : # or [": (
        "请用空格缩进，同一项的各个键从同一列开始；含有 :、#、[ 等符号的文本请加引号"
    ),
    "the quote that opens here is never closed": "此处的引号没有结尾",
    "it is still open here": "到此处仍未结束",
    "write the closing quote; a quote that belongs to the text must be doubled, or stand in quotes of the other kind": (
        "请补上结尾的引号；属于文本的引号必须写两个，或改用另一种引号把文本括起来"
    ),
    "write a Latin colon and a space after {key}": "请在 {key} 后面写半角冒号和一个空格",
    "indent {key} like the key above it": "请让 {key} 与上面的键缩进对齐",
    "text with a question mark that stands between brackets must stand in quotes": "方括号或花括号中含有问号的文本必须加引号",
    "the text ends at #: what follows is a comment": "文本到 # 为止：后面的内容是注释",
    "quote the text if it belongs to it; if the comment is meant, put two spaces before # and one behind it": (
        "如果后面的内容属于文本，请给文本加引号；如果确实是注释，请在 # 前写两个空格、# 后写一个空格"
    ),
    "this kbsync reads version {version}": "此 kbsync 只读取版本 {version}",
    "write version: {version}, or install a newer kbsync": "请写 version: {version}，或安装更新的 kbsync",
    "run kbsync init, or name the directory with --dir": "请运行 kbsync init，或用 --dir 指定目录",
    "it belongs to what begins here": "它属于从此处开始的内容",
    "it cannot be read: {reason}": "无法读取：{reason}",
    "it is larger than {limit} MiB": "超过 {limit} MiB",
    "this is not a file": "这不是文件",
    "its name is not UTF-8, or holds invisible characters": "文件名不是 UTF-8，或含有不可见字符",
    "there is no such file": "没有这个文件",
    "this is a symbolic link, which git keeps without what it points to": "这是符号链接，git 只保存链接，不保存它指向的内容",
    "this is a directory with the name of a knowledge file": "这是一个目录，却使用了知识文件的名称",
    "{name} is a symbolic link": "{name} 是符号链接",
}
