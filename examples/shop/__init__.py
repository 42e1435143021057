"""A small shop: JSON, a live feed, exports, a chat room, and a page that shows them."""
