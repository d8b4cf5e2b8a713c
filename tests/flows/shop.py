"""A small shop's knowledge at two commits: the second changes everything that can be changed."""

__all__ = ["FIRST", "SECOND", "SMALL"]

SMALL = {"small.yaml": "categories: [{title: Shop}]\n---\ncategory: Shop\nquestions: [{question: Open?, answer: Yes.}]\n"}
"""One question, for flows in real time."""

FIRST = {
    "tree.yaml": """\
categories:
  - title: Shipping
    children: [{title: Delivery}, {title: Returns}]
  - title: Payment
  - title: Old stuff
    children: [{title: Older}]
""",
    "shipping.yaml": """\
category: Shipping / Delivery
questions:
  - question: When will my parcel arrive?
    answer: Within 3 days.
    similar: [How long does delivery take?, Where is my parcel?, Is it far?]
  - question: Do you ship abroad?
    answer: Yes, to most countries.
  - question: Is delivery free?
    answer: <b>Yes.</b>
    answer_type: rich
    similar: [Does it cost anything?]
  - question: Can I pick it up?
    answer: Yes, you can.
    status: disabled
  - question: Is there a shop?
    answer: No.
    status: disabled
""",
    "other.yaml": """\
questions:
  - question: How do I return it?
    category: Shipping / Returns
    answer: Send it back.
  - question: How can I pay?
    category: Payment
    answer: By card.
  - question: Do you take cheques?
    category: Old stuff / Older
    answer: Yes, still.
  - question: Is there a fee?
    category: Old stuff / Older
    answer: Nothing.
  - question: 你们几点开门?
    category: Shipping
    answer: 九点。
    similar: [营业时间]
  - question: Do you like music?
    category: System preset category / hobbies
    answer: Yes.
  - question: Good night
    category: System preset category / Daily greeting
    answer: Good night, sleep well.
""",
}

SECOND = {
    "tree.yaml": """\
categories:
  - title: Shipping
    children:
      - title: Delivery times
        previously: [Delivery]
      - title: Returns
      - title: Customs
  - title: Paying
    previously: [Payment]
  - title: Opening
    children: [{title: Returns}]
""",
    "shipping.yaml": """\
category: Shipping / Delivery times
questions:
  - question: When will my parcel arrive?
    answer: |
      Within 2 working days.
      Sundays do not count.
    similar: [How long does delivery take?, Is it near?]
  - question: Do you ship to other countries?
    previously: [Do you ship abroad?]
    answer: Yes, to most countries.
    category: Shipping / Customs
  - question: Is delivery free?
    answer: Yes, it is.
  - question: Can I pick it up?
    answer: Yes, any day.
    status: disabled
  - question: Is there a shop?
    answer: Yes, there is one.
""",
    "other.yaml": """\
questions:
  - question: How do I return it?
    category: Shipping / Returns
    answer: <i>Send it back.</i>
    answer_type: rich
    status: disabled
  - question: How can I pay?
    category: Paying
    answer: By card.
    similar: [Does it cost anything?]
  - question: Do I pay customs?
    category: Shipping / Customs
    answer: Sometimes.
    status: disabled
  - question: 你们几点开门?
    category: Paying
    answer: 九点。
  - question: 营业时间
    category: Opening / Returns
    answer: 九点到五点。
  - question: Do you like music?
    category: System preset category / hobbies
    answer: Yes, I do.
  - question: Good night
    category: System preset category / Daily greeting
    answer: Good night, sleep well.
    status: disabled
""",
}
