"""Whether a VAT id is registered, asked at VIES in the background (docs/vat.md).

* `client` one question over HTTP and what the answer means;
* `asking` who may be asked about, and the row that waits for an answer;
* `answering` the job that puts the questions, one after the other for each country;
* `comparing` registered name and address beside those of the customer.
"""
