
‡
orders.proto	orders.v1"K
GetOrder
id (	Rid
fields (	Rfields
at_most (RatMost"-
Order
id (	Rid
total (Rtotal2h
Orders,
Get.orders.v1.GetOrder.orders.v1.Order0
Watch.orders.v1.GetOrder.orders.v1.Order0bproto3