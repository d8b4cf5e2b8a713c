from tests.flows.harness import Bench
FILES={"tree.yaml": """\
# the tree
categories:
  - title: Shipping  # main
    children:
      - title: Delivery
      - title: Returns
  - title: Payment
""","shipping.yaml": """\
# yaml-language-server: $schema=.schema/knowledge.json
category: Shipping / Delivery
questions:
  # about parcels
  - question: When will my parcel arrive?   # often asked
    answer: |
      Within 3 days.
      Really.
    similar:
      - How long does delivery take?
      # the classic
      - 'Where is my parcel?'

  - question: "Do you ship abroad?"
    answer: 'Yes, to most countries.'  # legal says so
    status: disabled

  - question: Is delivery free?
    answer: {file: answers/free.html}
    answer_type: rich
  # goes
  - question: Old one
    answer: &bye Bye.

  - question: Another
    answer: *bye
""","pay.yaml":"""\
category: Payment
questions:
- {question: How can I pay?, answer: "By card."}
- question: Cheques?
  answer: No.
""","answers/free.html":"<b>Yes.</b>\n"}
def test(tmp_path):
    b=Bench.make(tmp_path)
    b.commit(FILES)
    print(b.run("apply","--yes").err)
    with b.console() as s:
        c=s.console
        q=c.question
        c.edit_question(q("When will my parcel arrive?"), answer="Within 2 days.\n\nReally: yes.", similar=["How long does delivery take?","Where's it?","new # one"], question="When does my parcel arrive?")
        c.edit_question(q("Do you ship abroad?"), status=4, answer="No, it's impossible: sorry.")
        c.edit_question(q("Is delivery free?"), answer="<i>No</i>", answer_type=0, category=c.category("Payment"))
        c.delete_question(q("Old one"))
        c.edit_question(q("How can I pay?"), answer_type=2, answer="a, b\nc", status=5)
        c.add_question("Brand new?", "x\n"*2+"  indented", category=c.category("Payment"), similar=["a: b"])
        c.add_question("Fresh?", "y", category=c.category("Shipping","Delivery"))
        c.rename_category(c.category("Payment"), "Paying / all")
        c.delete_category(c.category("Shipping","Returns"))
    print(b.run("drift").code)
    r=b.run("pull","--check"); print(r.code, r.err, r.out)
    r=b.run("pull"); print(r.code, r.err, r.out)
    print(b.tree.git("diff"))
    r=b.run("plan","--detailed-exitcode"); print(r.code,r.out,r.err)
    r=b.run("fmt","--diff"); print(r.code,r.out,r.err)
    assert 0
