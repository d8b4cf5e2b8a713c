"""Chinese for the embedded Desk service: its faults, switches and its server.

The commands that start it belong to ``commands``.
"""

from collections.abc import Mapping

__all__ = ["SANDBOX"]

SANDBOX: Mapping[str, str] = {
    # sandbox
    "The fault rule {word} needs a number after its kind.": "故障规则 {word} 的类型后需要一个数字。",
    "The fault rule {word} has a number that its kind does not take.": "故障规则 {word} 带有其类型不接受的数字。",
    "The fault rule {word} has seconds below zero.": "故障规则 {word} 的秒数小于零。",
    "For example: update_chitchat#3=lose-answer or list_chitchat=slow:0.5": (
        "例如：update_chitchat#3=lose-answer 或 list_chitchat=slow:0.5"
    ),
    "{word} is not a fault rule; write COMMAND[#NTH][xTIMES]=KIND[:NUMBER].": (
        "{word} 不是故障规则；请写 COMMAND[#NTH][xTIMES]=KIND[:NUMBER]。"
    ),
    "The fault rule {word} names no command of the service.": "故障规则 {word} 中没有服务的命令。",
    "The fault rule {word} names no kind; there are {kinds}.": "故障规则 {word} 中没有有效的类型；可用类型：{kinds}。",
    "The fault rule {word} counts from 0; calls are counted from 1.": "故障规则 {word} 从 0 开始计数；调用从 1 开始计数。",
    "The fault schedule {path} cannot be read.": "无法读取故障列表 {path}。",
    "It is a JSON list of rules, or one rule a line, in UTF-8.": "它应为规则的 JSON 列表，或每行一条规则，使用 UTF-8。",
    "The sandbox serves this machine only, not {host}.": "沙箱只服务于本机，不服务于 {host}。",
    "Use 127.0.0.1 or localhost: whoever reaches the sandbox can read its key in the manual.": (
        "请使用 127.0.0.1 或 localhost：能访问沙箱的人都能从手册中得知其密钥。"
    ),
    "The sandbox cannot listen on {host}:{port}: {reason}.": "沙箱无法在 {host}:{port} 监听：{reason}。",
    "There is no sandbox at {path}.": "{path} 处没有沙箱。",
    "Start one there first, or name the file of the one that runs.": "请先在那里启动沙箱，或指明正在运行的沙箱的文件。",
    "The sandbox file {path} cannot be opened: {reason}.": "无法打开沙箱文件 {path}：{reason}。",
    "Move the file away; a new sandbox is made in its place.": "请移走该文件；会在原处新建沙箱。",
    "{word} is not a sandbox switch; write NAME=VALUE.": "{word} 不是沙箱开关；请写 NAME=VALUE。",
    "The switches are: {names}": "可用的开关：{names}",
    "The sandbox switch {name} cannot be {text}.": "沙箱开关 {name} 不能设为 {text}。",
    "It takes {values}.": "可取的值：{values}。",
}
